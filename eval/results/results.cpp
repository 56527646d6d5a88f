// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/results.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <numeric>
#include <optional>

#include "eval/metrics/aggregations.h"
#include "eval/results/group_scores.h"
#include "eval/results/samples.h"
#include "eval/results/text_table.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

// The harness's default.
constexpr std::size_t kResamples = 100'000;

const Metric& metric_of(const TaskResult& result, const MetricColumn& column) {
  const Metric* metric = find_metric(column.metric, result.task->task);
  if (metric == nullptr) throw Error("no metric " + column.metric);
  return *metric;
}

Measures measures_of(const MetricColumn& column) {
  return {column.values, column.parts};
}

double score_of(const TaskResult& result, const MetricColumn& column) {
  return aggregate(metric_of(result, column), measures_of(column));
}

// lm-evaluation-harness prints "N/A" where a standard error has no meaning.
Json stderr_of(const TaskResult& result, const MetricColumn& column) {
  const std::optional<double> error =
      standard_error(metric_of(result, column), measures_of(column), kResamples);
  return error ? Json(*error) : Json("N/A");
}

Json task_entry(const TaskResult& result) {
  Json entry = {{"alias", result.task->task.name}, {"sample_len", result.which.size()}};
  for (const MetricColumn& column : result.scores.columns) {
    entry[column.name()] = score_of(result, column);
    entry[column.metric + "_stderr," + column.filter] = stderr_of(result, column);
  }
  return entry;
}

void write_whole(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path partial = file.string() + fmt::format(".tsugi-partial-{}", getpid());
  std::ofstream out(partial, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw Error(fmt::format("{}: cannot be written; check the folder and the free disk", file.string()));
  std::filesystem::rename(partial, file);
}

// The harness shows a group's examples where all its tasks agree.
Json shots_of_group(const ModelResult& result, const TaskGroup& group) {
  std::optional<std::size_t> shots;
  for (const std::size_t task : group.tasks) {
    if (shots && *shots != result.tasks[task].shots) return nullptr;
    shots = result.tasks[task].shots;
  }
  return shots ? Json(*shots) : Json(nullptr);
}

void add_groups(const ModelResult& result, const std::vector<Json>& entries, Json& out) {
  for (const TaskGroup& group : result.groups) {
    Json entry = {{"alias", group.alias}};
    const std::vector<GroupScore> scores = group_scores(group, entries);
    std::size_t items = 0;
    for (const std::size_t task : group.tasks) items += result.tasks[task].which.size();
    if (!scores.empty()) entry["sample_len"] = items;
    for (const GroupScore& score : scores) {
      entry[score.metric + "," + score.filter] = score.value;
      entry[score.metric + "_stderr," + score.filter] = score.error;
      entry["sample_count"][score.metric + "," + score.filter] = score.items;
    }
    out["results"][group.name] = entry;
    if (!scores.empty()) out["groups"][group.name] = entry;
    out["group_subtasks"][group.name] = group.children;
    out["versions"][group.name] = group.version.empty() ? Json(nullptr) : Json(group.version);
    if (const Json shots = shots_of_group(result, group); !shots.is_null()) out["n-shot"][group.name] = shots;
  }
}

std::vector<Json> entries_of(const ModelResult& result) {
  std::vector<Json> entries;
  for (const TaskResult& task : result.tasks) entries.push_back(task.entry);
  return entries;
}

}  // namespace

TaskResult task_result(const PreparedTask& task, std::vector<std::size_t> which, TaskScores scores,
                       std::size_t shots) {
  TaskResult result{&task, std::move(which), std::move(scores), shots};
  result.entry = task_entry(result);
  return result;
}

Json results_json(const ModelResult& result) {
  Json out;
  for (const TaskResult& task : result.tasks) {
    const std::string& name = task.task->task.name;
    out["results"][name] = task.entry;
    out["group_subtasks"][name] = Json::array();
    out["configs"][name] = task.task->task.config;
    out["versions"][name] = task.task->task.version;
    out["n-shot"][name] = task.shots;
    for (const MetricColumn& column : task.scores.columns)
      out["higher_is_better"][name][column.metric] = metric_of(task, column).higher_is_better;
    out["n-samples"][name] = {{"original", task.task->items.size()}, {"effective", task.which.size()}};
  }
  add_groups(result, entries_of(result), out);
  out["config"] = {{"model", "tsugi"},
                   {"model_args", "pretrained=" + result.model + ",dtype=" + result.dtype},
                   {"model_dtype", result.dtype},
                   {"arithmetic", result.arithmetic}};
  out["model_source"] = "tsugi";
  out["model_name"] = result.model;
  return out;
}

std::string results_table(const std::vector<ModelResult>& results) {
  const bool many = results.size() > 1;
  std::vector<TableRow> rows{{"Tasks", "Version", "Filter", "n-shot", "Metric", "Value", "Stderr"}};
  if (many) rows.front().insert(rows.front().begin(), "Model");
  const auto add = [&](const ModelResult& result, TableRow row) {
    if (many) row.insert(row.begin(), result.model);
    rows.push_back(std::move(row));
  };
  const auto number = [](const Json& value) {
    return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : "N/A";
  };
  for (const ModelResult& result : results) {
    for (const TaskResult& task : result.tasks) {
      for (const MetricColumn& column : task.scores.columns) {
        add(result, {task.task->task.name, task.task->task.version, column.filter, std::to_string(task.shots),
                     column.metric, number(task.entry[column.name()]),
                     number(task.entry[column.metric + "_stderr," + column.filter])});
      }
    }
    for (const TaskGroup& group : result.groups) {
      const Json shots = shots_of_group(result, group);
      for (const GroupScore& score : group_scores(group, entries_of(result))) {
        add(result, {group.alias, group.version, score.filter, shots.is_null() ? "" : shots.dump(),
                     score.metric, number(score.value), number(score.error)});
      }
    }
  }
  return text_table(rows);
}

void write_results(const ModelResult& result, const std::filesystem::path& file, bool samples) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  Json json = results_json(result);
  if (samples) {
    for (const TaskResult& task : result.tasks) {
      const std::string& name = task.task->task.name;
      write_whole(file.parent_path() / ("samples_" + name + ".jsonl"), samples_jsonl(task));
      json["task_hashes"][name] = task_hash(task);
    }
  }
  write_whole(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace tsugi::eval
