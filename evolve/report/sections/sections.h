// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sections of a run's page, each a piece of markup. Charts are empty canvases, which the page's script
// fills from charts_json().
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evolve/report/answers.h"
#include "evolve/report/generations.h"
#include "evolve/report/run_reader.h"
#include "recipes/recipe.h"

namespace tsugi::evolve {

/// The plain sentence and the table of the sealed test, or where an unfinished run stands.
std::string verdict_section(const Run& run);

/// Fitness over generations: a chart, its numbers, finalists.
std::string search_section(const Run& run, const std::vector<GenerationFigures>& generations);

/// The winner's numbers (of an unfinished run those of the best candidate so far) as heat maps, its layer
/// path and its YAML. Reads the headers of the models that the recipe names; where they cannot be read the
/// page says so.
std::string recipe_section(const Run& run);

/// Each parameter's numbers over layers and roles, colours on one scale for all models.
/// Throws InputError as plan_merge() does.
std::string heat_maps(const recipes::Recipe& recipe);

/// Which layers of which models make up each layer of a recipe with slices, as a drawing; "" for others.
std::string layer_path(const recipes::Recipe& recipe);

/// Scores by task on the sealed side: a chart and a table; "" before the sealed test was opened.
std::string tasks_section(const Run& run, const std::vector<ComparedModel>& models);

/// The frame of the table of answers, filled by the page's script; "" before the sealed test was opened.
std::string answers_section(const Answers& answers);

/// Items and clusters by task and side, openings of the sealed test, what else result.json says.
std::string data_section(const Run& run);

/// Seconds by generation and in all.
std::string times_section(const Run& run, const std::vector<GenerationFigures>& generations);

/// Failed candidates by reason, the search file.
std::string files_section(const Run& run);

/// {"fitness", "tasks", "times"}: what the charts draw.
nlohmann::ordered_json charts_json(const Run& run, const std::vector<GenerationFigures>& generations,
                                   const std::vector<ComparedModel>& models);

/// A canvas with its name for those who do not see it.
std::string chart(const std::string& id, const std::string& label);

/// "71.8" for 0.718; "–" for none.
std::string percent(std::optional<double> value);

/// "candidate 57", or the name of a parent or baseline.
std::string title_of(const Archive& archive, std::size_t candidate);

}  // namespace tsugi::evolve
