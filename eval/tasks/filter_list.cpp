// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "eval/tasks/filters.h"
#include "eval/tasks/task_parts.h"

namespace tsugi::eval {
namespace {

/// Keys of mapping_dict that YAML types as numbers or booleans would never equal an answer.
void check_mapping_keys(const TypedYaml& mapping) {
  for (const TypedYaml::Member& member : mapping.members) {
    if (!member.is_text_key) {
      throw InputError(member.mark,
                       fmt::format("'{}' is no text in YAML, so no answer equals it", member.key),
                       "put it in quotes");
    }
  }
}

FilterStep read_step(const TypedYaml& entry) {
  if (!entry.is_mapping)
    refuse_value(entry, "a filter", "a mapping with 'function'", "write - function: take_first");
  FilterStep step;
  step.mark = entry.mark;
  const TypedYaml* function = find_set(entry, "function");
  if (function == nullptr)
    throw InputError(entry.mark, "a filter without 'function'", "write - function: take_first");
  step.function = text_of(*function, "function");
  for (const TypedYaml::Member& member : entry.members) {
    if (member.key == "function") continue;
    if (member.key == "mapping_dict") check_mapping_keys(member.value);
    step.arguments[member.key] = nlohmann::json(member.value.json());
  }
  return step;
}

/// take_first_k needs as many responses, and one of them has to be chosen behind it.
void check_counts(const FilterPipeline& pipeline, const Task& task, const Mark& mark) {
  const auto given = task.config.find("repeats");
  const std::size_t repeats =
      given != task.config.end() && given->is_number() ? given->get<std::size_t>() : 1;
  bool several = repeats > 1;
  for (const FilterStep& step : pipeline.steps) {
    if (step.function == "take_first" || step.function == "majority_vote") several = false;
    if (step.function != "take_first_k") continue;
    const auto k = step.arguments.at("k").get<std::size_t>();
    if (k > repeats) {
      throw InputError(step.mark, fmt::format("take_first_k of {} with repeats: {}", k, repeats),
                       "ask for that many responses with repeats");
    }
    several = k > 1;
  }
  if (several)
    throw InputError(mark, "several responses at the end of a pipeline",
                     "end it with majority_vote or take_first");
}

FilterPipeline read_pipeline(const TypedYaml& entry, const Task& task) {
  check_keys(entry, "an entry of filter_list", {"name", "filter"});
  FilterPipeline pipeline;
  const TypedYaml* name = find_set(entry, "name");
  const TypedYaml* steps = find_set(entry, "filter");
  if (name == nullptr || steps == nullptr || !steps->is_list) {
    throw InputError(entry.mark, "an entry of filter_list without 'name' and a list 'filter'",
                     "write - name: none, filter: [{function: take_first}]");
  }
  pipeline.name = text_of(*name, "the name of a pipeline");
  for (const TypedYaml& step : steps->items) {
    pipeline.steps.push_back(read_step(step));
    if (task.output_type != OutputType::generate_until && pipeline.steps.back().function != "take_first") {
      throw InputError(step.mark,
                       fmt::format("the filter '{}' in a {} task", pipeline.steps.back().function,
                                   name_of(task.output_type)),
                       "there is no answer text to filter; remove filter_list");
    }
  }
  const FilterChain checked(pipeline);
  check_counts(pipeline, task, entry.mark);
  if (task.output_type != OutputType::generate_until && checked.leaves_list())
    throw InputError(entry.mark,
                     fmt::format("a list at the end of a pipeline of a {} task", name_of(task.output_type)),
                     "end it with take_first");
  return pipeline;
}

}  // namespace

void read_filters(const TypedYaml& root, Task& task) {
  const TypedYaml* list = find_set(root, "filter_list");
  if (list == nullptr) {
    task.filters = {FilterPipeline{"none", {FilterStep{"take_first", {}, root.mark}}}};
    return;
  }
  if (!list->is_list || list->items.empty()) {
    refuse_value(*list, "filter_list", "a list of {name, filter}",
                 "remove it to compare answers as they are");
  }
  for (const TypedYaml& entry : list->items) {
    FilterPipeline pipeline = read_pipeline(entry, task);
    const bool twice = std::any_of(task.filters.begin(), task.filters.end(),
                                   [&](const FilterPipeline& other) { return other.name == pipeline.name; });
    if (twice)
      throw InputError(entry.mark, fmt::format("the pipeline '{}' for the second time", pipeline.name),
                       "rename one");
    task.filters.push_back(std::move(pipeline));
  }
}

}  // namespace tsugi::eval
