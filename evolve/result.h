// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a finished search found out, as a value and as result.json.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval/metrics/intervals.h"

namespace tsugi::evolve {

/// One row of the final table: a score on the sealed test.
struct ModelScore {
  std::string name;
  std::string kind;  ///< "parent", "baseline" or "winner"
  eval::Estimate score;

  bool operator==(const ModelScore& other) const { return name == other.name && kind == other.kind; }
};

struct Result {
  std::size_t search_items = 0;
  std::size_t validation_items = 0;
  std::size_t test_items = 0;
  std::vector<ModelScore> models;  ///< parents, baselines, the winner
  std::size_t winner = 0;          ///< number of the candidate in the archive
  std::string best_parent;         ///< named on validation, before the test was opened
  std::string best_baseline;       ///< likewise
  eval::Estimate gain;             ///< winner minus best parent, item by item
  std::size_t test_openings = 0;
  std::size_t evaluations =
      0;  ///< candidates that the optimizer proposed; generation 0 and the final mean come on top

  /// The whole interval of the gain is above 0.
  bool shown_better() const { return gain.low > 0; }
};

/// The format of design.md, section 4.
nlohmann::ordered_json to_json(const Result& result);

/// Reads result.json. Throws InputError naming file and key. What the format does not hold (best_baseline)
/// stays "".
Result read_result(const std::filesystem::path& file);

}  // namespace tsugi::evolve
