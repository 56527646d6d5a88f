// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Documents on this disk for task files that name a data set of a hub.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "eval/tasks/typed_yaml.h"

namespace tsugi::eval {

/// What --data says.
struct DataOverrides {
  std::optional<std::filesystem::path> others;           ///< for tasks whose dataset_path is of a hub
  std::map<std::string, std::filesystem::path> by_task;  ///< for these, whatever their files say

  /// From "PATH" and "TASK=PATH". Throws InputError for what is given twice or is not there.
  static DataOverrides parse(const std::vector<std::string>& options);
};

/// Sets dataset_kwargs of a task that is meant, and dataset_path unless it names a hub's: a file holds the
/// split that is scored; in a folder each split is SPLIT.jsonl, TASK_SPLIT.jsonl or TASK/SPLIT.jsonl (also
/// .json, .csv and .tsv, and all of them with .gz). Throws InputError where none of the task's splits is
/// there.
void override_data(TypedYaml& task, const DataOverrides& overrides);

/// Whether override_data() set these data_files.
bool is_override(const TypedYaml& data_files);

}  // namespace tsugi::eval
