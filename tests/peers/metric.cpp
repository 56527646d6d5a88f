// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// metric: what our tasks make of given answers, for compare_metrics.py. Reads a JSON object a line,
// {"task": a task file, "documents": [{…}], "answers": [a text, or [log-likelihood, greedy] of each request],
// "resamples"}, and writes one a line: "error", or "requests", the continuations of each item, and "columns",
// each with its values, parts, score and standard error. The argument is a file that it may write the
// documents to.
#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval/metrics/aggregations.h"
#include "eval/scorers/grade.h"
#include "eval/tasks/task_parts.h"
#include "recipes/error.h"

namespace {

using namespace tsugi::eval;
using Json = nlohmann::ordered_json;

double number_of(const Json& value) {
  return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

/// JSON has no word for what is not finite.
Json json_of(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

Json json_of(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(json_of(value));
  return list;
}

std::vector<Item> items_of(const Task& task, const Json& documents, const char* file) {
  std::ofstream out(file);
  for (const Json& document : documents) out << document.dump() << "\n";
  out.close();
  return load_items(task);
}

Answer answer_of(const Task& task, const Item& item, const Json& given) {
  Answer answer;
  if (task.output_type == OutputType::generate_until) {
    answer.response = given;
    return answer;
  }
  std::vector<Likelihood> likelihoods;
  for (std::size_t i = 0; i < item.requests.size(); ++i)
    likelihoods.push_back({.sum = number_of(given[i][0]), .greedy = given[i][1]});
  return tsugi::eval::answer_of(task, item, likelihoods);
}

Json requests_of(const std::vector<Item>& items) {
  Json requests = Json::array();
  for (const Item& item : items) {
    Json& list = requests.emplace_back(Json::array());
    for (const ContinuationText& request : item.requests) list.push_back(request.continuation);
  }
  return requests;
}

Json column_of(const Task& task, const MetricColumn& column, std::size_t resamples) {
  const Metric& metric = *find_metric(column.metric, task);
  const Measures measures{column.values, column.parts, column.metric};
  Json result = {{"score", json_of(aggregate(metric, measures))}};
  const auto error = standard_error(metric, measures, resamples);
  result["stderr"] = error ? json_of(*error) : Json("N/A");
  result["values"] = json_of(column.values);
  for (const std::vector<double>& parts : column.parts) result["parts"].push_back(json_of(parts));
  return result;
}

Json result_of(const Json& line, const char* file) try {
  Task task = read_task(read_typed_yaml(line["task"].dump(), "t"), "t");
  task.typing = Typing::as_written;
  task.data_files = {file};
  const std::vector<Item> items = items_of(task, line["documents"], file);
  TaskScores scores;
  std::vector<std::size_t> which;
  for (const Item& item : items) {
    scores.answers.push_back(answer_of(task, item, line["answers"][which.size()]));
    which.push_back(which.size());
  }
  for (const FilterPipeline& pipeline : task.filters)
    add_columns(task, items, pipeline, which, tsugi::merge::Concurrency::serial, scores);
  Json columns = Json::object();
  for (const MetricColumn& column : scores.columns)
    columns[column.name()] = column_of(task, column, line["resamples"]);
  return {{"requests", requests_of(items)}, {"columns", columns}};
} catch (const tsugi::InputError& error) {
  return {{"error", error.what()}};
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("metric FILE");
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);)
    std::cout << result_of(Json::parse(line), argv[1]).dump() << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
