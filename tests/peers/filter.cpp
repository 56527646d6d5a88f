// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// filter: what our filters and exact_match give, for compare_filters.py. Reads a JSON object a line,
// {"filters": [{"function", arguments…}], "metric": {arguments…}, "cases": [{"response", "doc"}]},
// and writes one a line: "error", or "answers", each with "text" and "value" or "error".
#include <exception>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval/metrics/exact_match.h"
#include "eval/tasks/answers.h"
#include "eval/tasks/filters.h"
#include "recipes/error.h"

namespace {

using namespace tsugi::eval;
using Json = nlohmann::ordered_json;
const tsugi::Mark kMark{"t", 1, 1};

std::map<std::string, nlohmann::json> arguments_of(const Json& object) {
  std::map<std::string, nlohmann::json> arguments;
  for (const auto& [name, value] : object.items()) {
    if (name != "function") arguments[name] = nlohmann::json(value);
  }
  return arguments;
}

Json answer_of(const FilterChain& chain, const MetricSpec& metric, const Json& one) {
  try {
    Answer answer;
    answer.filtered = chain.apply(one["response"], one["doc"]);
    answer.is_list = chain.leaves_list();
    Task task;
    task.doc_to_target.value = "target";
    Item item;
    item.doc = one["doc"];
    AnswerReader reader(task, {"choices", "target"});
    reader.learn(item.doc, "d");
    reader.read(item);
    return {{"text", answer.filtered}, {"value", matches_exactly(metric, item, answer) ? 1 : 0}};
  } catch (const tsugi::InputError& error) {
    return {{"error", error.what()}};
  }
}

Json result_of(const Json& line) {
  try {
    FilterPipeline pipeline;
    for (const Json& step : line["filters"])
      pipeline.steps.push_back({step["function"], arguments_of(step), kMark});
    const FilterChain chain(pipeline);
    const MetricSpec metric{"exact_match", arguments_of(line["metric"]), kMark};
    Task task;
    task.filters = {pipeline};
    check_exact_match(task, metric);
    Json answers = Json::array();
    for (const Json& one : line["cases"]) answers.push_back(answer_of(chain, metric, one));
    return {{"answers", answers}};
  } catch (const tsugi::InputError& error) {
    return {{"error", error.what()}};
  }
}

}  // namespace

int main() try {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);)
    std::cout << result_of(Json::parse(line)).dump() << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
