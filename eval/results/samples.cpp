// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "eval/template/python_json.h"
#include "eval/template/python_value.h"
#include "merge/sha256.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

// Of each request its log-likelihood and whether it is greedy; of a whole text its log-likelihood. As text,
// which is what the harness writes of every response.
Json likelihoods_of(const Task& task, const Answer& answer) {
  std::vector<double> sums = answer.log_likelihoods;
  sums.insert(sums.end(), answer.unconditional.begin(), answer.unconditional.end());
  Json responses = Json::array();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::string sum = python::float_text(sums[i]);
    if (task.output_type == OutputType::loglikelihood_rolling) {
      responses.push_back(sum);
    } else {
      responses.push_back(Json::array({sum, answer.greedy[i] ? "True" : "False"}));
    }
  }
  return responses;
}

// One response to each request.
Json once_each(const Json& responses) {
  Json lists = Json::array();
  for (const Json& response : responses) lists.push_back(Json::array({response}));
  return lists;
}

// Without take_first the harness's pipelines keep the list of responses.
bool keeps_list(const FilterPipeline& pipeline) {
  return std::none_of(pipeline.steps.begin(), pipeline.steps.end(),
                      [](const FilterStep& step) { return step.function == "take_first"; });
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
  return {merge::sha256_hex(python::json_dumps(item.doc, {.indent = 2})),
          merge::sha256_hex(first_text(task, item)), merge::sha256_hex(python::str(item.reference))};
}

std::string samples_jsonl(const TaskResult& result) {
  const Task& task = result.task->task;
  std::string text;
  for (std::size_t f = 0; f < task.filters.size(); ++f) {
    std::vector<const MetricColumn*> columns;
    std::vector<std::string> metrics;
    for (const MetricColumn& column : result.scores.columns) {
      if (column.filter != task.filters[f].name) continue;
      columns.push_back(&column);
      metrics.push_back(column.metric);
    }
    for (std::size_t i = 0; i < result.which.size(); ++i) {
      const Item& item = result.task->items[result.which[i]];
      const Answer& answer = result.scores.answers[i];
      const bool generated = task.output_type == OutputType::generate_until;
      const Json given = generated ? Json::array({answer.response}) : likelihoods_of(task, answer);
      const Json filtered = generated ? Json::array({result.scores.filtered[f][i]}) : given;
      Json line = {{"doc_id", item.doc_id}, {"doc", item.doc}};
      line["target"] = python::str(item.reference);
      line["arguments"] = arguments_of(*result.task, item);
      line["resps"] = once_each(given);
      line["filtered_resps"] = keeps_list(task.filters[f]) ? once_each(filtered) : filtered;
      line["filter"] = task.filters[f].name;
      line["metrics"] = metrics;
      const SampleHashes hashes = sample_hashes(task, item);
      line["doc_hash"] = hashes.doc;
      line["prompt_hash"] = hashes.prompt;
      line["target_hash"] = hashes.target;
      for (const MetricColumn* column : columns) line[column->metric] = column->values[i];
      // A model may end inside a character; what is left of it is written as U+FFFD rather than refused.
      text += python::json_dumps(line, {}) + "\n";
    }
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
