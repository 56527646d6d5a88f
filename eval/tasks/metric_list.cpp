// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "eval/metrics/metric.h"
#include "eval/tasks/task_parts.h"

namespace tsugi::eval {
namespace {

/// Adds a metric after its checks.
void add(MetricSpec spec, Task& task) {
  const Metric* metric = find_metric(spec.metric, task);
  if (metric == nullptr) {
    throw InputError(spec.mark,
                     task.process_results == nullptr
                         ? fmt::format("no metric '{}' for {} tasks", spec.metric, name_of(task.output_type))
                         : fmt::format("no metric '{}' among those of process_results", spec.metric),
                     suggestion(spec.metric, metric_names(task)));
  }
  const bool twice = std::any_of(task.metrics.begin(), task.metrics.end(),
                                 [&](const MetricSpec& other) { return other.metric == spec.metric; });
  if (twice)
    throw InputError(spec.mark, fmt::format("the metric '{}' for the second time", spec.metric),
                     "keep one of the two");
  if (metric->check != nullptr) {
    metric->check(task, spec);
  } else if (!spec.arguments.empty()) {
    throw InputError(
        spec.mark,
        fmt::format("the metric '{}' with the argument '{}'", spec.metric, spec.arguments.begin()->first),
        "it has none; remove it");
  }
  task.metrics.push_back(std::move(spec));
}

/// A metric has one aggregation here, the harness's own, and one direction. Saying so is fine, saying
/// otherwise is not.
bool is_about_aggregation(const TypedYaml::Member& member, const Metric* metric) {
  if (member.key == "hf_evaluate" && member.value.scalar.is_boolean() && !member.value.scalar.get<bool>())
    return true;
  if (member.key == "aggregation") {
    const std::string_view expected = metric == nullptr ? "mean" : metric->aggregation->name;
    if (!member.value.is_text() || member.value.scalar != expected) {
      refuse_value(member.value, "aggregation", fmt::format("'{}'", expected),
                   "it is what this metric is combined by");
    }
    return true;
  }
  if (member.key == "higher_is_better") {
    const bool expected = metric == nullptr || metric->higher_is_better;
    if (!member.value.scalar.is_boolean() || member.value.scalar.get<bool>() != expected) {
      refuse_value(member.value, "higher_is_better", expected ? "true" : "false", "so it is for this metric");
    }
    return true;
  }
  return false;
}

MetricSpec read_metric(const TypedYaml& entry, const Task& task) {
  const TypedYaml* name = entry.is_mapping ? find_set(entry, "metric") : nullptr;
  if (name == nullptr)
    refuse_value(entry, "a metric", "a mapping with 'metric'", "write - metric: exact_match");
  MetricSpec spec;
  spec.mark = entry.mark;
  spec.metric = text_of(*name, "metric");
  const Metric* metric = find_metric(spec.metric, task);
  for (const TypedYaml::Member& member : entry.members) {
    if (member.key != "metric" && !is_about_aggregation(member, metric)) {
      spec.arguments[member.key] = nlohmann::json(member.value.json());
    }
  }
  return spec;
}

/// A bare name under metadata.tsugi.metrics compares as the task's exact_match does, whose arguments it takes
/// over.
MetricSpec named_metric(const TypedYaml& entry, const Task& task) {
  MetricSpec spec;
  spec.mark = entry.mark;
  spec.metric = text_of(entry, "a metric");
  for (const MetricSpec& other : task.metrics) {
    if (other.metric == "exact_match") spec.arguments = other.arguments;
  }
  return spec;
}

void read_own_metadata(const TypedYaml& own, Task& task) {
  check_keys(own, "metadata.tsugi", {"language", "metrics", "worked_answer"});
  if (const TypedYaml* language = find_set(own, "language")) {
    task.required_language = text_of(*language, "language");
    const bool is_code = task.required_language.size() == 2 &&
                         std::all_of(task.required_language.begin(), task.required_language.end(),
                                     [](char c) { return c >= 'a' && c <= 'z'; });
    if (!is_code)
      refuse_value(*language, "language", "an ISO 639-1 code", "write two small letters, for example ja");
  }
  if (const TypedYaml* worked = find_set(own, "worked_answer")) {
    text_of(*worked, "worked_answer");
    task.worked_answer = read_doc_key(own, "worked_answer");
    task.marks["worked_answer"] = worked->mark;
  }
  const TypedYaml* list = find_set(own, "metrics");
  if (list == nullptr) return;
  if (!list->is_list)
    refuse_value(*list, "metadata.tsugi.metrics", "a list of metrics", "write [exact_match_in_language]");
  for (const TypedYaml& entry : list->items)
    add(entry.is_mapping ? read_metric(entry, task) : named_metric(entry, task), task);
}

// DEFAULT_METRIC_REGISTRY of lm_eval/api/registry.py.
std::vector<std::string> default_metrics(OutputType type) {
  switch (type) {
    case OutputType::generate_until:
      return {"exact_match"};
    case OutputType::multiple_choice:
      return {"acc", "acc_norm"};
    case OutputType::loglikelihood:
      return {"perplexity", "acc"};
    case OutputType::loglikelihood_rolling:
      break;
  }
  return {"word_perplexity", "byte_perplexity", "bits_per_byte"};
}

void add_defaults(const TypedYaml& root, Task& task) {
  // process_results gives what it gives, listed or not.
  const std::vector<std::string> names =
      task.process_results == nullptr ? default_metrics(task.output_type) : metric_names(task);
  for (const std::string& name : names) add({name, {}, root.mark}, task);
}

}  // namespace

void read_metrics(const TypedYaml& root, Task& task) {
  const TypedYaml* list = find_set(root, "metric_list");
  if (list == nullptr) {
    add_defaults(root, task);
  } else if (!list->is_list || list->items.empty()) {
    refuse_value(*list, "metric_list", "a list of metrics", "write metric_list: [{metric: exact_match}]");
  } else {
    for (const TypedYaml& entry : list->items) add(read_metric(entry, task), task);
  }
  const TypedYaml* metadata = find_set(root, "metadata");
  if (metadata == nullptr || !metadata->is_mapping) return;
  if (const TypedYaml* own = find_set(*metadata, "tsugi")) read_own_metadata(*own, task);
}

}  // namespace tsugi::eval
