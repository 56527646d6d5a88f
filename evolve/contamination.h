// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether a run's items are also where they must not be: on another side of the split, or in a benchmark.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evolve/exam.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// One set of items beside one set of texts.
struct Contamination {
  std::string items;    ///< "search", "validation" or "test"
  std::string against;  ///< another side, or a file as the search file names it
  std::size_t compared = 0;
  std::size_t exact = 0;
  std::size_t near = 0;
  std::size_t passages = 0;
  std::vector<std::string>
      examples;  ///< the first few: "t/17 = gsm8k.jsonl:3", with the passage if it is one

  std::size_t found() const { return exact + near + passages; }
};

/// Compares the questions, never the answers, of each side with those of the sides before it and with all
/// texts of the files in spec.contamination (JSON, JSON lines, CSV, TSV; every string of a document; a .txt
/// file line by line). Throws InputError for a file that cannot be read, and, unless the search file insists,
/// where over half of the search items are copies of what one file holds: that file is the search set.
std::vector<Contamination> check_contamination(const Exam& exam, const recipes::SearchSpec& spec);

/// A sentence for each comparison that found something, or one that nothing was found.
std::vector<std::string> describe(const std::vector<Contamination>& checks);

nlohmann::ordered_json to_json(const Contamination& check);
/// Throws nlohmann::json::exception.
Contamination contamination_from(const nlohmann::ordered_json& json);

}  // namespace tsugi::evolve
