// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Two models on the same items: what one gains over the other, item by item.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/metrics/intervals.h"

namespace tsugi::eval {

/// A metric of a task after a filter.
struct ScoreColumn {
  std::string task;
  std::string metric;
  std::string filter;

  bool operator<(const ScoreColumn& other) const;
};

/// Every item's scores of one results file.
struct ItemScores {
  std::string name;  ///< the model, as the results file calls it
  /// [column] -> item and score in file order; an item is told by its document, not by its number.
  std::map<ScoreColumn, std::vector<std::pair<std::string, double>>> columns;
};

/// Reads FILE (`tsugi eval --output_path FILE --log_samples`, or lm-evaluation-harness's results_TIME.json)
/// and the samples beside it: samples_TASK.jsonl, or samples_TASK_TIME.jsonl. Throws InputError with file and
/// line.
ItemScores read_item_scores(const std::filesystem::path& file);

/// One column of two models over the items that both answered.
struct PairedComparison {
  ScoreColumn column;
  std::size_t items = 0;
  std::size_t unpaired = 0;  ///< items that only one of the two has
  double first = 0;          ///< means over the paired items
  double second = 0;
  Estimate gain;  ///< second - first, with its paired bootstrap interval
  /// Two-sided exact McNemar test of "no difference"; only where every score is 0 or 1.
  std::optional<double> p_value;
};

/// All columns that both have, sorted. Throws InputError when there is none with a common item.
std::vector<PairedComparison> compare_scores(const ItemScores& first, const ItemScores& second,
                                             std::uint64_t seed = 0);

/// "Tasks | Filter | Metric | Items | A | B | B - A | 95 % interval | p" with the two names in place of A and
/// B.
std::string comparison_table(const std::string& first, const std::string& second,
                             const std::vector<PairedComparison>& rows);
nlohmann::ordered_json to_json(const PairedComparison& row);

}  // namespace tsugi::eval
