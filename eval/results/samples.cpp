// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/samples.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "eval/template/python_json.h"
#include "merge/sha256.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

// Of a generated answer the given text; else the log-likelihood of each request and whether it is greedy.
Json responses_of(const Answer& answer, const Json& text) {
  if (answer.log_likelihoods.empty()) return Json::array({text});
  Json responses = Json::array();
  for (std::size_t i = 0; i < answer.log_likelihoods.size(); ++i) {
    const std::string greedy = answer.greedy[i] ? "True" : "False";
    responses.push_back(Json::array({Json::array({fmt::format("{}", answer.log_likelihoods[i]), greedy})}));
  }
  return responses;
}

Json arguments_of(const PreparedTask& task, const Item& item) {
  Json arguments;
  if (task.task.output_type == OutputType::generate_until) {
    arguments["gen_args_0"] = {
        {"arg_0", item.prompt},
        {"arg_1",
         {{"until", task.task.until}, {"max_gen_toks", task.task.max_gen_toks}, {"do_sample", false}}}};
    return arguments;
  }
  for (std::size_t i = 0; i < item.requests.size(); ++i) {
    Json& entry = arguments[fmt::format("gen_args_{}", i)];
    if (task.task.output_type == OutputType::loglikelihood_rolling) {
      entry = {{"arg_0", item.requests[i].continuation}};
    } else {
      entry = {{"arg_0", item.requests[i].context}, {"arg_1", item.requests[i].continuation}};
    }
  }
  return arguments;
}

const std::string& first_text(const Task& task, const Item& item) {
  if (task.output_type == OutputType::generate_until) return item.prompt;
  const ContinuationText& first = item.requests.front();
  return task.output_type == OutputType::loglikelihood_rolling ? first.continuation : first.context;
}

}  // namespace

SampleHashes sample_hashes(const Task& task, const Item& item) {
  return {merge::sha256_hex(python::json_dumps(item.doc, 2)), merge::sha256_hex(first_text(task, item)),
          merge::sha256_hex(python::str(item.reference))};
}

std::string samples_jsonl(const TaskResult& result) {
  std::vector<std::string> metrics;
  for (const MetricColumn& column : result.scores.columns) {
    if (column.filter == result.scores.columns.back().filter) metrics.push_back(column.metric);
  }
  std::string text;
  for (std::size_t i = 0; i < result.which.size(); ++i) {
    const Item& item = result.task->items[result.which[i]];
    const Answer& answer = result.scores.answers[i];
    Json line = {{"doc_id", item.doc_id}, {"doc", item.doc}};
    line["target"] = python::str(item.reference);
    line["arguments"] = arguments_of(*result.task, item);
    line["resps"] = responses_of(answer, Json::array({answer.response}));
    line["filtered_resps"] = responses_of(answer, answer.filtered);
    line["filter"] = result.scores.columns.empty() ? "none" : result.scores.columns.back().filter;
    line["metrics"] = metrics;
    const SampleHashes hashes = sample_hashes(result.task->task, item);
    line["doc_hash"] = hashes.doc;
    line["prompt_hash"] = hashes.prompt;
    line["target_hash"] = hashes.target;
    for (const MetricColumn& column : result.scores.columns) line[column.metric] = column.values[i];
    // A model may end inside a character; what is left of it is written as U+FFFD rather than refused.
    text += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return text;
}

std::string task_hash(const TaskResult& result) {
  std::set<std::string> filters;
  for (const MetricColumn& column : result.scores.columns) filters.insert(column.filter);
  std::string hashes;
  for (const std::size_t item : result.which) {
    const SampleHashes one = sample_hashes(result.task->task, result.task->items[item]);
    hashes += one.doc + one.prompt + one.target;
  }
  merge::Sha256 whole;
  for (std::size_t i = 0; i < filters.size(); ++i) whole.add(hashes);
  return whole.hex();
}

}  // namespace tsugi::eval
