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

#include "eval/holdout/familiarity.h"
#include "eval/metrics/intervals.h"
#include "evolve/contamination.h"
#include "evolve/search_score.h"
#include "evolve/task_changes.h"

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
  eval::Estimate lead;             ///< winner minus whichever parent is best in each resample
  std::vector<TaskChange> tasks;   ///< winner beside best parent
  SearchScore search;
  std::vector<Contamination> contamination;
  std::vector<std::string> leaderboards;           ///< searched on although a leaderboard ranks by them
  std::vector<eval::FamiliarityNote> familiarity;  ///< of the parents; empty where it cannot be told
  std::string test_set;                            ///< SHA-256 of the sealed items, as the ledger has it
  std::size_t test_openings = 0;
  std::size_t evaluations =
      0;  ///< candidates that the optimizer proposed; generation 0 and the final mean come on top

  /// The task with the smallest change; null without tasks.
  const TaskChange* worst_task() const;

  /// The whole interval of the gain is above 0.
  bool shown_better() const { return gain.low > 0; }
};

/// docs/honesty.md says what each member is. Nothing in it depends on clock, host or history.
nlohmann::ordered_json to_json(const Result& result);

/// Reads result.json. Throws InputError naming file and key.
Result read_result(const std::filesystem::path& file);

}  // namespace tsugi::evolve
