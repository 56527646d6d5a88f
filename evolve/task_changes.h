// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the winner gains or loses on each task of a run.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eval/metrics/intervals.h"
#include "eval/metrics/paired_tests.h"
#include "evolve/exam.h"

namespace tsugi::evolve {

/// The winner beside the best parent on one task's items, in the task's own metric.
struct TaskChange {
  std::string task;
  std::string metric;  ///< "acc,none"
  std::size_t items = 0;
  double winner = 0;
  double parent = 0;
  eval::Estimate change;      ///< winner - parent, turned round where less is better: above 0 is a gain
  double standard_error = 0;  ///< of the change, over clusters
  std::optional<eval::Discordant> pairs;  ///< where every score is 0 or 1
  double p_value = 1;                     ///< of "no difference": McNemar's exact test, else changes of sign
  std::optional<double> mid_p;            ///< McNemar's, with `pairs`
  double holm = 1;                        ///< p_value adjusted for the number of tasks

  /// Lost more than one standard error.
  bool regressed() const { return change.mean < -standard_error; }
};

/// `winner` and `parent` are scores of `items` (ascending).
std::vector<TaskChange> task_changes(const Exam& exam, std::span<const std::size_t> items,
                                     std::span<const double> winner, std::span<const double> parent);

}  // namespace tsugi::evolve
