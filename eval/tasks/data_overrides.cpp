// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/data_overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "eval/tasks/documents.h"
#include "eval/tasks/task_file.h"
#include "eval/tasks/task_parts.h"

namespace tsugi::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kEndings{".jsonl",    ".json",    ".csv",    ".tsv",
                                                   ".jsonl.gz", ".json.gz", ".csv.gz", ".tsv.gz"};

const Mark& option() {
  static const Mark kOption{"--data", 0, 0};
  return kOption;
}

TypedYaml text_value(const std::string& text) {
  TypedYaml value;
  value.mark = option();
  value.scalar = text;
  return value;
}

TypedYaml mapping_of(const std::string& key, TypedYaml inner) {
  TypedYaml mapping;
  mapping.mark = option();
  mapping.is_mapping = true;
  mapping.members.push_back({key, true, option(), std::move(inner)});
  return mapping;
}

/// The names of a task's splits, the scored one first.
std::vector<std::string> splits_of(const TypedYaml& task) {
  std::vector<std::string> splits;
  const auto add = [&](const TypedYaml* value) {
    if (value == nullptr || !value->is_text()) return;
    const std::string name = value->scalar.get<std::string>();
    if (std::find(splits.begin(), splits.end(), name) == splits.end()) splits.push_back(name);
  };
  for (const char* key : {"test_split", "validation_split", "training_split", "fewshot_split"})
    add(find_set(task, key));
  if (const TypedYaml* fewshot = find_set(task, "fewshot_config")) add(find_set(*fewshot, "split"));
  return splits;
}

std::optional<fs::path> file_of(const fs::path& folder, const std::string& task, const std::string& split) {
  std::error_code error;
  for (const std::string& stem : {split, task + "_" + split, task + "/" + split}) {
    for (const std::string_view ending : kEndings) {
      fs::path file = folder / (stem + std::string(ending));
      if (fs::is_regular_file(file, error)) return file;
    }
  }
  return std::nullopt;
}

// Whether a task reads files in the harness too.
bool reads_files(const TypedYaml& task) {
  const TypedYaml* path = find_set(task, "dataset_path");
  return path != nullptr && (path->scalar == "json" || path->scalar == "csv");
}

void set_files(TypedYaml& task, const std::vector<std::pair<std::string, fs::path>>& files) {
  TypedYaml by_split;
  by_split.mark = option();
  by_split.is_mapping = true;
  for (const auto& [split, file] : files)
    by_split.members.push_back({split, true, option(), text_value(file.string())});
  if (reads_files(task) || find_set(task, "dataset_path") == nullptr)
    set_member(task,
               {"dataset_path", true, option(), text_value(is_table(files[0].second) ? "csv" : "json")});
  set_member(task, {"dataset_kwargs", true, option(), mapping_of("data_files", std::move(by_split))});
}

}  // namespace

bool is_override(const TypedYaml& data_files) {
  return data_files.mark.file == option().file;
}

DataOverrides DataOverrides::parse(const std::vector<std::string>& options) {
  DataOverrides overrides;
  for (const std::string& text : options) {
    std::error_code error;
    const std::size_t equals = fs::exists(text, error) ? std::string::npos : text.find('=');
    const fs::path path = equals == std::string::npos ? text : text.substr(equals + 1);
    if (!fs::exists(path, error))
      throw InputError(option(), fmt::format("there is no {}", path.string()),
                       "give a folder or file of documents: PATH or TASK=PATH");
    const bool fresh = equals == std::string::npos
                           ? !std::exchange(overrides.others, path).has_value()
                           : overrides.by_task.emplace(text.substr(0, equals), path).second;
    if (!fresh)
      throw InputError(option(), fmt::format("'{}' for the second time", text), "keep one of the two");
  }
  return overrides;
}

void override_data(TypedYaml& task, const DataOverrides& overrides) {
  const TypedYaml* name = find_set(task, "task");
  if (name == nullptr || !name->is_text()) return;
  const std::string text = name->scalar.get<std::string>();
  const auto own = overrides.by_task.find(text);
  if (own == overrides.by_task.end() && (!overrides.others || reads_files(task))) return;
  const fs::path path = own == overrides.by_task.end() ? *overrides.others : own->second;
  const std::vector<std::string> splits = splits_of(task);
  if (splits.empty()) return;  // the reader of splits says so
  std::vector<std::pair<std::string, fs::path>> files;
  if (!fs::is_directory(path)) {
    files.emplace_back(splits.front(), path);
  } else {
    for (const std::string& split : splits) {
      if (auto file = file_of(path, text, split)) files.emplace_back(split, std::move(*file));
    }
  }
  if (files.empty()) {
    throw InputError(
        option(), fmt::format("{} has no documents of task '{}'", path.string(), text),
        fmt::format("write them as {0}.jsonl or {1}_{0}.jsonl there (docs/tasks.md)", splits.front(), text));
  }
  set_files(task, files);
}

}  // namespace tsugi::eval
