// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/task_changes.h"

namespace tsugi::evolve {
namespace {

// The interval of given scores on given items is always the same.
constexpr std::uint64_t kSeed = 0;

TaskChange change_of(const ExamTask& task, std::span<const double> winner, std::span<const double> parent,
                     std::span<const std::size_t> clusters) {
  const double sign = task.weight < 0 ? -1 : 1;
  std::vector<double> gains(winner.size());
  for (std::size_t i = 0; i < gains.size(); ++i) gains[i] = sign * (winner[i] - parent[i]);
  TaskChange change{.task = task.prepared.task.name,
                    .metric = task.column,
                    .items = winner.size(),
                    .winner = eval::mean_of(winner),
                    .parent = eval::mean_of(parent),
                    .change = eval::bootstrap_mean(gains, clusters, kSeed),
                    .standard_error = eval::clustered_standard_error(gains, clusters),
                    .pairs = eval::discordant(winner, parent),
                    .p_value = 1,
                    .mid_p = {},
                    .holm = 1};
  if (change.pairs) {
    change.p_value = eval::mcnemar_exact(*change.pairs);
    change.mid_p = eval::mcnemar_mid_p(*change.pairs);
  } else {
    change.p_value = eval::sign_flip_test(gains, clusters, kSeed);
  }
  return change;
}

}  // namespace

std::vector<TaskChange> task_changes(const Exam& exam, std::span<const std::size_t> items,
                                     std::span<const double> winner, std::span<const double> parent) {
  const std::vector<std::size_t> clusters = clusters_of(exam, items);
  std::vector<TaskChange> changes;
  std::vector<double> p_values;
  for (std::size_t task = 0; task < exam.tasks.size(); ++task) {
    std::vector<double> won;
    std::vector<double> held;
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (exam.items[items[i]].task != task) continue;
      won.push_back(winner[i]);
      held.push_back(parent[i]);
      own.push_back(clusters[i]);
    }
    changes.push_back(change_of(exam.tasks[task], won, held, own));
    p_values.push_back(changes.back().p_value);
  }
  const std::vector<double> adjusted = eval::holm(p_values);
  for (std::size_t task = 0; task < changes.size(); ++task) changes[task].holm = adjusted[task];
  return changes;
}

}  // namespace tsugi::evolve
