// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A recipe given on the command line, planned: the same switches and the same errors for every command that
// takes one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "merge/memory.h"
#include "merge/plan.h"
#include "recipes/recipe.h"

namespace tsugi::apps {

struct RecipeOptions {
  std::string recipe;
  bool lenient = false;
  bool cut_rows = false;
  bool assume_base_tokenizer = false;
  std::optional<std::uint64_t> seed;
};

/// RECIPE and the switches that change what it means. `options` must outlive the parsing.
void add_recipe_options(CLI::App& app, RecipeOptions& options);

/// A recipe with its plan; `notes` has the remarks of reading, opening and planning, in this order.
struct PlannedRecipe {
  recipes::Recipe recipe;
  merge::MergePlan plan;
  std::vector<std::string> notes;
};

/// Reads headers and configs alone. Throws InputError as read_recipe() and plan_merge() do.
PlannedRecipe plan_recipe(const RecipeOptions& options);
/// The same for a recipe that was read already; `notes` has no remarks of reading.
PlannedRecipe plan_recipe(recipes::Recipe recipe, const RecipeOptions& options);

/// --max-memory, with its default.
void add_max_memory(CLI::App& app, std::string& max_memory);

/// How a merge of the plan keeps inside `max_memory`, with the threads that the user allows. Throws
/// InputError when it cannot.
merge::MergeMemory merge_memory(const merge::MergePlan& plan, const std::string& max_memory,
                                const CommonOptions& common);

/// What happens to the tokens of each model, for people; no newline at the end.
std::string vocabulary_table(const merge::VocabularyReport& report);

}  // namespace tsugi::apps
