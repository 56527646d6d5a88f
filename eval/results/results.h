// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Scores in lm-evaluation-harness's forms: results JSON, samples JSON lines, the table on the terminal.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval/scorers/native.h"
#include "eval/tasks/task_set.h"

namespace tsugi::eval {

/// One task of one model.
struct TaskResult {
  const PreparedTask* task = nullptr;
  std::vector<std::size_t> which;  ///< items that were scored, positions in task->items
  TaskScores scores;
  std::size_t shots = 0;  ///< examples before each question
  /// The harness's entry, "metric,filter" and "metric_stderr,filter": a bootstrap of 100,000 resamples for
  /// some metrics, so task_result() computes it once.
  nlohmann::ordered_json entry = {};
};

/// With its entry. `task` must outlive the result.
TaskResult task_result(const PreparedTask& task, std::vector<std::size_t> which, TaskScores scores,
                       std::size_t shots);

/// All tasks of one model.
struct ModelResult {
  std::string model;       ///< as the user named it
  std::string arithmetic;  ///< describe_compute()
  std::string dtype;       ///< "float32" or "bfloat16"
  std::vector<TaskResult> tasks;
  std::vector<TaskGroup> groups = {};  ///< their tasks are numbers in `tasks`
};

/// {"results": {task: {"alias", "metric,filter", "metric_stderr,filter", …}}, "versions", "n-shot",
/// "n-samples", "higher_is_better", "configs", "config", …} as the harness writes it, for what this program
/// knows.
nlohmann::ordered_json results_json(const ModelResult& result);

/// "Tasks | Version | Filter | n-shot | Metric | Value | Stderr" for all models; with more than one, a column
/// names them.
std::string results_table(const std::vector<ModelResult>& results);

/// Writes FILE (results) and, with samples, samples_TASK.jsonl beside it and their hashes in FILE; each
/// appears by rename. Throws Error.
void write_results(const ModelResult& result, const std::filesystem::path& file, bool samples);

}  // namespace tsugi::eval
