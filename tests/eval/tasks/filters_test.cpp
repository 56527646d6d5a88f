// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/eval/tasks/golden.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

FilterStep step_of(const std::string& function, const Json& arguments) {
  FilterStep step{function, {}, {"task.yaml", 5, 9}};
  for (const auto& [key, value] : arguments.items()) step.arguments[key] = nlohmann::json(value);
  return step;
}

std::string error_of(std::vector<FilterStep> steps) {
  try {
    FilterChain({"name", std::move(steps)});
    return "no error";
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(Filters, GiveWhatTheHarnessGives) {
  const Json golden = tests::task_golden();
  for (const Json& row : golden["filters"]) {
    const FilterChain chain({"name", {step_of(row["function"], row["arguments"])}});
    // majority_vote and take_first_k hand on a list of one, the others the text in it
    const Json& expected = row["filtered"].is_array() ? row["filtered"][0] : row["filtered"];
    EXPECT_EQ(chain.apply(row["response"]), expected.get<std::string>()) << row.dump();
  }
}

TEST(Filters, RunInOrder) {
  const FilterChain chain({"name",
                           {step_of("regex", {{"regex_pattern", "[a-z]+"}, {"group_select", 1}}),
                            step_of("uppercase", Json::object()), step_of("take_first", Json::object())}});
  EXPECT_EQ(chain.apply("ab cd"), "CD");
  EXPECT_EQ(chain.apply("ab"), "[INVALID]");  // one match too few: the harness ends here
}

TEST(Filters, RefuseWhatTheyDoNotKnow) {
  EXPECT_EQ(
      error_of({step_of("remove_whitespaces", Json::object())}),
      "task.yaml:5:9: the filter 'remove_whitespaces' is not supported; did you mean 'remove_whitespace'?");
  EXPECT_THAT(error_of({step_of("regex", {{"regex_patern", "a"}})}),
              HasSubstr("did you mean 'regex_pattern'?"));
  EXPECT_THAT(error_of({step_of("regex", {{"group_select", "a"}})}),
              HasSubstr("group_select of the filter 'regex'"));
  EXPECT_THAT(error_of({step_of("regex", {{"regex_pattern", "(a"}})}), HasSubstr("the pattern '(a'"));
  EXPECT_THAT(error_of({step_of("take_first", Json::object()), step_of("lowercase", Json::object())}),
              HasSubstr("make it the last filter"));
  EXPECT_THAT(error_of({step_of("take_first_k", {{"k", 3}})}),
              HasSubstr("k of the filter 'take_first_k' is not 1"));
  EXPECT_THAT(error_of({step_of("map", {{"mapping_dict", {{"a", "b"}}}})}), HasSubstr("default_value"));
}

}  // namespace
}  // namespace tsugi::eval
