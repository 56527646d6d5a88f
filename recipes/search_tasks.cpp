// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "recipes/command_words.h"
#include "recipes/fields.h"

namespace tsugi::recipes {
namespace {

/// Keys that only `scorer: command` has.
constexpr std::array<const char*, 6> kCommandKeys = {"command",  "items",      "task",
                                                     "question", "time_limit", "at_once"};

std::string read_metric(const YamlValue& value) {
  std::string metric = value.text("metric");
  const std::size_t comma = metric.find(',');
  const bool two_parts = comma != std::string::npos && comma > 0 && comma + 1 < metric.size();
  if (!two_parts || metric.find(',', comma + 1) != std::string::npos) {
    value.refuse("metric", "'metric,filter' as in lm-evaluation-harness's results",
                 "write for example 'acc,none'");
  }
  return metric;
}

std::string text_or(const YamlMapping& mapping, std::string_view key, std::string standard) {
  const YamlMapping::Entry* entry = mapping.find(key);
  return entry == nullptr ? std::move(standard) : entry->value.text(key);
}

CommandSpec read_command(const YamlMapping& mapping, const TaskSpec& task) {
  CommandSpec command;
  const YamlValue& words =
      mapping.need("command", "command: [python3, score.py, \"{model}\", \"{items}\", \"{output}\"]");
  command.words = read_command_words(words);
  command.mark = words.mark();
  const YamlValue& items = mapping.need("items", "items: items.jsonl, the file that is split into sides");
  command.items = items.text("items");
  command.items_mark = items.mark();
  command.task = text_or(mapping, "task", task.name);
  command.question = text_or(mapping, "question", command.question);
  if (const std::optional<double> seconds = read_finite(mapping, "time_limit")) {
    if (*seconds <= 0) {
      mapping.find("time_limit")->value.refuse("time_limit", "seconds, more than 0", "write for example 600");
    }
    command.time_limit = *seconds;
  }
  command.at_once = read_count(mapping, "at_once", 1, command.at_once);
  return command;
}

bool is_command(const YamlMapping& mapping) {
  const YamlMapping::Entry* entry = mapping.find("scorer");
  if (entry == nullptr) return false;
  const std::string scorer = entry->value.text("scorer");
  if (scorer != "command" && scorer != "native") {
    entry->value.refuse("scorer", "native or command", "leave it out for native: tsugi scores the task");
  }
  return scorer == "command";
}

TaskSpec read_task(const YamlValue& value) {
  TaskSpec task;
  task.mark = value.mark();
  if (!value.is_mapping()) {
    task.name = value.text("a task");
    return task;
  }
  KnownKeys known{.keys = {"name", "weight", "metric", "scorer"}, .unadvertised = {}};
  known.keys.insert(known.keys.end(), kCommandKeys.begin(), kCommandKeys.end());
  const YamlMapping mapping(value, "a task", known, {});
  task.name = mapping.need("name", "name: my_task").text("name");
  task.weight = read_finite(mapping, "weight").value_or(task.weight);
  if (const auto* entry = mapping.find("metric")) task.metric = read_metric(entry->value);
  if (is_command(mapping)) {
    task.command = read_command(mapping, task);
    return task;
  }
  for (const char* key : kCommandKeys) {
    const YamlMapping::Entry* entry = mapping.find(key);
    if (entry == nullptr) continue;
    throw InputError(entry->mark, fmt::format("'{}' is for tasks that a program of yours scores", key),
                     "add scorer: command, or remove it");
  }
  return task;
}

}  // namespace

std::vector<TaskSpec> read_tasks(const YamlMapping& top) {
  const YamlValue& list = top.need("tasks", "tasks: [my_task]");
  std::vector<TaskSpec> tasks;
  for (const YamlValue& item : list.list("tasks")) {
    const TaskSpec task = read_task(item);
    const auto same = [&](const TaskSpec& other) {
      return other.name == task.name && other.metric == task.metric;
    };
    if (std::any_of(tasks.begin(), tasks.end(), same)) {
      throw InputError(task.mark,
                       fmt::format("task '{}' with metric '{}' for the second time", task.name, task.metric),
                       "list it once and give it a weight");
    }
    tasks.push_back(task);
  }
  if (tasks.empty()) list.refuse("tasks", "at least one task", "name the tasks to score");
  return tasks;
}

}  // namespace tsugi::recipes
