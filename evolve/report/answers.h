// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the compared models answered to the sealed items, item by item.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "evolve/report/run_reader.h"

namespace tsugi::evolve {

/// Of one item; UTF-8 that a page can show.
struct ItemTexts {
  std::string question;
  std::string reference;
  std::vector<std::string> answers;  ///< [model]; "" where a model's samples were not kept
};

struct Answers {
  std::vector<ComparedModel> models;
  std::vector<std::size_t> items;               ///< of the sealed side, places in the archive
  std::vector<std::vector<double>> scores;      ///< [item][model]; kMissing where a model was not asked
  std::vector<std::optional<ItemTexts>> texts;  ///< [item]; none where no model's samples were kept
  std::vector<std::string> notes;  ///< samples that are missing or not of this run, a sentence each
};

/// Scores are the archive's; texts come from RUN/samples. A file of samples that is missing, broken or about
/// other items becomes a note.
Answers read_answers(const Run& run);

/// For the page's table: {"models", "tasks", "items", "texts", "left_out"}. Every item has its scores; texts
/// are cut to 1,000 characters each, kept once however often they are said, and left out (counted in
/// "left_out") when they would add up to more than `most_bytes`: first those of items on which all models
/// score the same.
nlohmann::ordered_json answers_json(const Run& run, const Answers& answers,
                                    std::size_t most_bytes = 6'000'000);

}  // namespace tsugi::evolve
