// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Scores of groups from those of their tasks (lm_eval/api/group.py, api/metrics.py).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval/tasks/task_set.h"

namespace tsugi::eval {

/// A row of a group: "metric,filter", its mean over tasks, and its standard error or "N/A".
struct GroupScore {
  std::string metric;
  std::string filter;
  double value = 0;
  nlohmann::ordered_json error;
  std::size_t items = 0;
};

/// `tasks` are entries of results by task: {"sample_len": n, "acc,none": x, "acc_stderr,none": y}. Weighted
/// by items, errors are pooled; else they are those of a plain mean. A metric that no task has gives no row.
std::vector<GroupScore> group_scores(const TaskGroup& group,
                                     const std::vector<nlohmann::ordered_json>& tasks);

}  // namespace tsugi::eval
