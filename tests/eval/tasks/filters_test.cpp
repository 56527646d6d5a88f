// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/eval/tasks/golden.h"
#include "tests/support/input_error.h"

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
  return tests::message_of([&] { const FilterChain chain({"name", std::move(steps)}); });
}

TEST(Filters, GiveWhatTheHarnessGives) {
  const Json golden = tests::task_golden();
  for (const Json& row : golden["filters"]) {
    const FilterChain chain({"name", {step_of(row["function"], row["arguments"])}});
    // majority_vote and take_first_k hand on a list of one, the others the text in it
    const Json& expected = row["filtered"].is_array() ? row["filtered"][0] : row["filtered"];
    const std::string filtered = chain.apply(row["response"], row.value("doc", Json::object()));
    if (expected.is_null()) continue;  // where the harness ends for want of a match, one answer is wrong here
    EXPECT_EQ(filtered, expected.get<std::string>()) << row.dump();
  }
}

TEST(Filters, ChoicesMustBeThere) {
  const FilterChain chain({"name", {step_of("multi_choice_regex", Json::object())}});
  EXPECT_THROW(chain.apply("A", Json::object()), InputError);
  EXPECT_THROW(chain.apply("A", {{"choices", {1, 2}}}), InputError);
  EXPECT_THROW(chain.apply("A", {{"choices", std::vector<std::string>(27, "x")}}), InputError);
}

TEST(Filters, RunInOrder) {
  const FilterChain chain({"name",
                           {step_of("regex", {{"regex_pattern", "[a-z]+"}, {"group_select", 1}}),
                            step_of("uppercase", Json::object()), step_of("take_first", Json::object())}});
  EXPECT_EQ(chain.apply("ab cd", {}), "CD");
  EXPECT_EQ(chain.apply("ab", {}), "[INVALID]");  // one match too few: the harness ends here
}

TEST(Filters, LeaveTheListThatTakeFirstTakesFrom) {
  EXPECT_TRUE(FilterChain({"name", {}}).leaves_list());
  EXPECT_TRUE(FilterChain({"name", {step_of("majority_vote", Json::object())}}).leaves_list());
  EXPECT_FALSE(
      FilterChain({"name", {step_of("lowercase", Json::object()), step_of("take_first", Json::object())}})
          .leaves_list());
}

TEST(Filters, RefuseWhatTheyDoNotKnow) {
  EXPECT_EQ(error_of({step_of("remove_whitespaces", Json::object())}),
            "task.yaml:5:9: the filter 'remove_whitespaces' is not known; did you mean 'remove_whitespace'?");
  EXPECT_THAT(error_of({step_of("regex", {{"regex_patern", "a"}})}),
              HasSubstr("did you mean 'regex_pattern'?"));
  EXPECT_THAT(error_of({step_of("regex", {{"group_select", "a"}})}),
              HasSubstr("group_select of the filter 'regex'"));
  EXPECT_THAT(error_of({step_of("regex", {{"regex_pattern", "(a"}})}), HasSubstr("the pattern '(a'"));
  EXPECT_THAT(error_of({step_of("take_first", Json::object()), step_of("lowercase", Json::object())}),
              HasSubstr("make it the last filter"));
  EXPECT_THAT(error_of({step_of("take_first_k", {{"k", 0}})}),
              HasSubstr("k of the filter 'take_first_k' is not a whole number above 0"));
  EXPECT_THAT(error_of({step_of("multi_choice_regex", {{"ignore_case", "yes"}})}),
              HasSubstr("ignore_case of the filter 'multi_choice_regex' is not true or false"));
  EXPECT_THAT(error_of({step_of("multi_choice_regex", {{"regexes_to_ignore", "a"}})}),
              HasSubstr("is not a list of texts"));
  EXPECT_THAT(error_of({step_of("regex_pos", Json::object())}),
              HasSubstr("the filter 'regex_pos' makes lists of tags"));
  EXPECT_THAT(error_of({step_of("decontaminate", {{"path", "x"}})}), HasSubstr("gives no answers"));
  EXPECT_THAT(error_of({step_of("custom", Json::object())}), HasSubstr("runs a Python function"));
  EXPECT_THAT(error_of({step_of("map", {{"mapping_dict", {{"a", "b"}}}})}), HasSubstr("default_value"));
  // The harness would compare this with int(target), "07" with 7, and with several targets as numbers.
  EXPECT_THAT(error_of({step_of("map", {{"mapping_dict", {{"a", 7}}}, {"default_value", "x"}})}),
              HasSubstr("is not text in quotes"));
}

}  // namespace
}  // namespace tsugi::eval
