// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Results and samples as this program and lm-evaluation-harness write them.
#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "eval/results/compare.h"
#include "eval/template/python_json.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Json read_results(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file.string(), "cannot be read", "check the path of the results file");
  Json results = Json::parse(in, nullptr, false);
  const bool usable = results.is_object() && results.contains("results") && results["results"].is_object();
  if (!usable) {
    throw InputError(file.string(), "is no results file: it has no object 'results'",
                     "pass what --output_path of tsugi eval wrote");
  }
  return results;
}

// "results_TIME.json" goes with "samples_TASK_TIME.jsonl", any other name with "samples_TASK.jsonl".
fs::path samples_of(const fs::path& results, const std::string& task) {
  constexpr std::string_view kHarness = "results_";
  const std::string stem = results.stem().string();
  const std::string time =
      stem.rfind(kHarness, 0) == 0 ? fmt::format("_{}", stem.substr(kHarness.size())) : "";
  return results.parent_path() / fmt::format("samples_{}{}.jsonl", task, time);
}

// The columns of a task: keys "metric,filter" of its entry in the results, but for standard errors.
std::vector<ScoreColumn> columns_of(const std::string& task, const Json& entry) {
  constexpr std::string_view kError = "_stderr";
  std::vector<ScoreColumn> columns;
  for (const auto& [key, value] : entry.items()) {
    const std::size_t comma = key.find(',');
    if (comma == std::string::npos) continue;
    const std::string metric = key.substr(0, comma);
    const bool error = metric.size() > kError.size() &&
                       metric.compare(metric.size() - kError.size(), kError.size(), kError) == 0;
    if (!error) columns.push_back({task, metric, key.substr(comma + 1)});
  }
  return columns;
}

void add_line(const Json& line, const std::vector<ScoreColumn>& columns, ItemScores& scores) {
  const std::string item = line["doc"].dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const ScoreColumn& column : columns) {
    if (line.contains("filter") && line["filter"] != column.filter) continue;
    const auto found = line.find(column.metric);
    if (found == line.end() || !found->is_number()) continue;  // aggregated metrics keep other things
    scores.columns[column].emplace_back(item, found->get<double>());
  }
}

void read_samples(const fs::path& file, const std::vector<ScoreColumn>& columns, ItemScores& scores) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw InputError(file.string(), "cannot be read, and holds the items that results are compared by",
                     "score again with --log_samples");
  }
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    if (text.empty()) continue;
    const Json line = python::json_loads(text);
    if (!line.is_object() || !line.contains("doc")) {
      throw InputError(fmt::format("{}:{}", file.string(), number), "is no sample: no JSON object with 'doc'",
                       "score again with --log_samples");
    }
    add_line(line, columns, scores);
  }
}

// Two models scored into one folder share the name of the samples, and the second takes the first's place.
// Scores of 0 and 1 tell: their mean is the result.
void check_samples(const fs::path& samples, const fs::path& file, const Json& entry,
                   const std::vector<ScoreColumn>& columns, const ItemScores& scores) {
  for (const ScoreColumn& column : columns) {
    const auto found = scores.columns.find(column);
    const Json& stated = entry[fmt::format("{},{}", column.metric, column.filter)];
    if (found == scores.columns.end() || found->second.empty() || !stated.is_number()) continue;
    double sum = 0;
    bool right_or_wrong = true;
    for (const auto& [item, score] : found->second) {
      sum += score;
      right_or_wrong &= score == 0 || score == 1;
    }
    const double mean = sum / static_cast<double>(found->second.size());
    constexpr double kRounding = 1e-6;  // of a mean in text; one item of a million is as much
    if (!right_or_wrong || std::fabs(mean - stated.get<double>()) <= kRounding) continue;
    throw InputError(
        samples.string(),
        fmt::format("its {} items have {} {:.4f}, and {} says {:.4f}: they are of another scoring",
                    found->second.size(), column.metric, mean, file.string(), stated.get<double>()),
        "score each model into a folder of its own");
  }
}

}  // namespace

ItemScores read_item_scores(const fs::path& file) {
  const Json results = read_results(file);
  ItemScores scores;
  const auto name = results.find("model_name");
  scores.name = name != results.end() && name->is_string() ? name->get<std::string>() : file.string();
  for (const auto& [task, entry] : results["results"].items()) {
    if (!entry.is_object()) continue;
    const std::vector<ScoreColumn> columns = columns_of(task, entry);
    // A group has columns but no samples of its own; its tasks have theirs.
    std::error_code ignored;
    const fs::path samples = samples_of(file, task);
    const bool group = results.contains("group_subtasks") && results["group_subtasks"].is_object() &&
                       results["group_subtasks"].contains(task) && !results["group_subtasks"][task].empty();
    if (group && !fs::exists(samples, ignored)) continue;
    read_samples(samples, columns, scores);
    check_samples(samples, file, entry, columns, scores);
  }
  return scores;
}

}  // namespace tsugi::eval
