// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "eval/tasks/data_overrides.h"
#include "eval/tasks/documents.h"
#include "eval/tasks/task_parts.h"

namespace tsugi::eval {
namespace {

namespace fs = std::filesystem;

/// What `datasets` calls the split when data_files is no mapping.
constexpr std::string_view kOnlySplit = "train";

constexpr std::string_view kExample =
    "write for example dataset_kwargs: {data_files: items.jsonl} and test_split: train";

const TypedYaml& evaluated_split(const TypedYaml& root) {
  for (const std::string_view key : {"test_split", "validation_split"}) {
    if (const TypedYaml* split = find_set(root, key)) return *split;
  }
  throw InputError(root.mark, "neither test_split nor validation_split",
                   "name the split that is scored: test_split: train");
}

/// data_files, or its entry of the split.
const TypedYaml& entry_of_split(const TypedYaml& data_files, const TypedYaml& split) {
  const std::string name = text_of(split, "the split");
  if (!data_files.is_mapping) {
    if (name != kOnlySplit) {
      refuse_value(split, "the split", "'train'", "data_files without split names makes one split, train");
    }
    return data_files;
  }
  const TypedYaml* files = find_set(data_files, name);
  if (files != nullptr) return *files;
  std::vector<std::string> splits;
  for (const TypedYaml::Member& member : data_files.members) splits.push_back(member.key);
  throw InputError(split.mark, fmt::format("the split '{}' has no data_files", name),
                   suggestion(name, splits));
}

fs::path find_file(const TypedYaml& entry, Task& task) {
  const fs::path path = text_of(entry, "a data file");
  const fs::path beside = (fs::path(task.file).parent_path() / path).lexically_normal();
  std::error_code error;
  if (fs::is_regular_file(path, error)) return path;
  if (!fs::is_regular_file(beside, error)) {
    throw InputError(entry.mark, fmt::format("there is no data file {}", path.string()),
                     fmt::format("it is looked for in the working directory and as {}", beside.string()));
  }
  const std::string note =
      fmt::format("{}: {} found in the task's folder: {}", task.name, path.string(), beside.string());
  if (std::find(task.notes.begin(), task.notes.end(), note) == task.notes.end()) task.notes.push_back(note);
  return beside;
}

}  // namespace

std::vector<fs::path> files_of_split(const TypedYaml& root, const TypedYaml& split, Task& task) {
  const TypedYaml* builder = find_set(root, "dataset_path");
  if (builder == nullptr) throw InputError(root.mark, "no dataset_path", "set dataset_path: json");
  const std::string kind = text_of(*builder, "dataset_path");
  const bool reads_files = kind == "json" || kind == "csv";
  const TypedYaml* options = find_set(root, "dataset_kwargs");
  const TypedYaml* data_files = options == nullptr ? nullptr : find_set(*options, "data_files");
  if (!reads_files && (data_files == nullptr || !is_override(*data_files))) {
    refuse_value(*builder, "dataset_path", "'json' or 'csv'",
                 "write out the documents as JSON lines and give their folder with --data, or name the file "
                 "under dataset_kwargs: data_files (docs/tasks.md)");
  }
  if (options == nullptr) throw InputError(root.mark, "no dataset_kwargs", kExample);
  check_keys(*options, "dataset_kwargs", {"data_files", "trust_remote_code"});
  if (data_files == nullptr) throw InputError(options->mark, "no data_files", kExample);
  task.typing = reads_files ? Typing::datasets : Typing::as_written;
  const TypedYaml& files = entry_of_split(*data_files, split);
  const std::vector<TypedYaml> entries = files.is_list ? files.items : std::vector<TypedYaml>{files};
  std::vector<fs::path> found;
  for (const TypedYaml& entry : entries) {
    found.push_back(find_file(entry, task));
    if (reads_files && is_table(found.back()) != (kind == "csv")) {
      throw InputError(entry.mark, fmt::format("{} for dataset_path: {}", found.back().string(), kind),
                       "files of csv end in .csv or .tsv (and .gz behind it), and no others do");
    }
  }
  return found;
}

void read_data_files(const TypedYaml& root, Task& task) {
  task.data_files = files_of_split(root, evaluated_split(root), task);
}

}  // namespace tsugi::eval
