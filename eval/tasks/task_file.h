// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Finding task files and carrying out their includes.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eval/tasks/typed_yaml.h"

namespace tsugi::eval {

/// The file of task `name`: a path to a YAML file, or the name that some *.yaml below `folders` has under
/// `task:`. As in lm-evaluation-harness the first in order of paths wins inside a folder and a later folder
/// wins over an earlier one. Relative paths are tried from the working directory, then beside the file
/// `relative_to`. Throws InputError.
std::filesystem::path find_task_file(const std::string& name, const std::vector<std::string>& folders,
                                     const std::string& relative_to);

/// Whether a name is a path of a YAML file.
bool is_yaml_path(const std::string& name);

/// All that files below some folders define. Names of tasks and groups, the first in order of paths in a
/// folder and the last folder winning; tags with their tasks, sorted. Files that cannot be read are passed
/// over.
struct TaskIndex {
  std::map<std::string, std::filesystem::path> files;
  std::map<std::string, std::vector<std::string>> tags;
};
TaskIndex index_tasks(const std::vector<std::string>& folders, const std::string& relative_to);

/// Sets a key of a mapping, in its place if it is there.
void set_member(TypedYaml& mapping, TypedYaml::Member member);

/// The mapping of a task file after `include:` (relative to the including file; whole keys replaced, own keys
/// win). Throws InputError, for cycles as well.
TypedYaml read_task_file(const std::filesystem::path& file);

}  // namespace tsugi::eval
