// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What --tasks asks for: tasks, groups of tasks with scores of their own, tags, patterns of names, files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "eval/tasks/data_overrides.h"
#include "eval/tasks/task.h"

namespace tsugi::eval {

/// An entry of a group's aggregate_metric_list: a mean over its tasks.
struct GroupMetric {
  std::string metric;
  std::vector<std::string> filters;  ///< empty: all that its tasks have for the metric
  bool weight_by_size = true;        ///< by the number of items, else every task counts the same
};

struct TaskGroup {
  std::string name;
  std::string alias;
  std::string version;
  std::vector<std::string> children;  ///< direct ones: tasks and groups
  std::vector<std::size_t> tasks;     ///< all tasks below, numbers in the set
  std::vector<GroupMetric> metrics;
};

struct TaskSet {
  std::vector<Task> tasks;
  std::vector<TaskGroup> groups;
};

/// `names` are tasks, groups, tags, patterns ("mmlu_*"), or paths of YAML files, as load_task() finds them. A
/// group's further keys, and those beside a task in its list, are set in its tasks. Throws InputError; for a
/// task that is reached twice too, and for data of a task that is not among them.
TaskSet load_task_set(const std::vector<std::string>& names, const std::vector<std::string>& folders,
                      const std::string& relative_to, const DataOverrides& data = {});

}  // namespace tsugi::eval
