// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Scores in lm-evaluation-harness's forms: results JSON, samples JSON lines, the table on the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/scorers/native.h"
#include "eval/tasks/task_set.h"

namespace tsugi::eval {

/// One task of one model.
struct TaskResult {
  const PreparedTask* task = nullptr;
  std::vector<std::size_t> which;  ///< items that were scored, positions in task->items
  TaskScores scores;
  std::size_t shots = 0;      ///< examples before each question
  std::size_t documents = 0;  ///< of the split, asked or not
  /// The harness's entry, "metric,filter" and "metric_stderr,filter": a bootstrap of 100,000 resamples for
  /// some metrics, so task_result() computes it once.
  nlohmann::ordered_json entry = {};
};

/// With its entry, all documents being asked. `task` must outlive the result.
TaskResult task_result(const PreparedTask& task, std::vector<std::size_t> which, TaskScores scores,
                       std::size_t shots);

/// One task that a program of the user's scored for one model.
struct OutsideTask {
  std::string name;
  std::string metric;
  std::string filter;
  std::vector<double> values;        ///< in the order of the asked items
  std::vector<std::string> samples;  ///< a JSON line of each item
};

/// How a model was asked, for the results file.
struct RunSettings {
  std::size_t parameters = 0;  ///< of the model
  struct NamedToken {
    std::string text;
    TokenId id = 0;
  };
  std::optional<NamedToken> bos = {};
  std::optional<NamedToken> eos = {};
  std::optional<double> limit = {};  ///< as given
  std::string gen_kwargs = {};       ///< as given
  std::uint64_t fewshot_seed = 1234;
  std::string system_instruction = {};
  std::optional<std::string> chat_template = {};  ///< its text
  bool multiturn = true;                          ///< of examples, with a chat template
};

/// All tasks of one model.
struct ModelResult {
  std::string model;       ///< as the user named it
  std::string arithmetic;  ///< describe_compute()
  std::string dtype;       ///< "float32" or "bfloat16"
  RunSettings settings = {};
  std::vector<TaskResult> tasks;
  std::vector<TaskGroup> groups = {};  ///< their tasks are numbers in `tasks`
  std::vector<OutsideTask> outside = {};
};

/// {"results": {task: {"alias", "metric,filter", "metric_stderr,filter", …}}, "versions", "n-shot",
/// "n-samples", "higher_is_better", "configs", "config", …} as the harness writes it. What differs from run
/// to run or names its own programs is left out (docs/fidelity.md): the same scoring gives the same bytes.
nlohmann::ordered_json results_json(const ModelResult& result);

/// "Tasks | Version | Filter | n-shot | Metric | Value | Stderr" for all models; with more than one, a column
/// names them.
std::string results_table(const std::vector<ModelResult>& results);

/// What write_results() writes: names of files and their texts, `name` (the results) last.
std::vector<std::pair<std::string, std::string>> results_files(const ModelResult& result,
                                                               const std::string& name, bool samples);

/// Writes FILE (results) and, with samples, samples_TASK.jsonl beside it and their hashes in FILE; each
/// appears by rename. Throws Error.
void write_results(const ModelResult& result, const std::filesystem::path& file, bool samples);

}  // namespace tsugi::eval
