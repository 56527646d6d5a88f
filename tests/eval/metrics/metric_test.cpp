// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values are lm-evaluation-harness's (tests/peers/make_task_golden.py) or worked by hand.
#include "eval/metrics/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/eval/tasks/golden.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

double value_of(const std::string& name, OutputType type, const MetricSpec& spec, const Item& item,
                const Answer& answer, const Task& task = {}) {
  const Metric* metric = find_metric(name, type);
  return metric == nullptr ? std::nan("") : metric->value(task, spec, item, answer);
}

TEST(ExactMatch, IsTheHarnesss) {
  const Json golden = tests::task_golden();
  for (const Json& row : golden["exact_match"]) {
    MetricSpec spec{"exact_match", {}, {}};
    for (const auto& [key, argument] : row["arguments"].items())
      spec.arguments[key] = nlohmann::json(argument);
    Item item;
    item.target = row["reference"];
    Answer answer;
    answer.response = "not looked at";
    answer.filtered = row["prediction"];
    EXPECT_EQ(value_of("exact_match", OutputType::generate_until, spec, item, answer),
              row["value"].get<double>())
        << row.dump();
  }
}

// exact_match_hf_evaluate(["İ"] * 2, targets, ignore_case=True): 0.5 and 0.0. The lower case of "İ" has two
// characters; the answer's array is one wide, the targets' two.
TEST(ExactMatch, CutsLowerCaseAtTheLongestOfTheTargets) {
  const MetricSpec spec{"exact_match", {{"ignore_case", true}}, {}};
  Answer answer;
  answer.filtered = "İ";
  Item item;
  item.targets = {"i\u0307", "i"};
  EXPECT_EQ(value_of("exact_match", OutputType::generate_until, spec, item, answer), 1);
  item.targets = {"İ", "ab"};
  EXPECT_EQ(value_of("exact_match", OutputType::generate_until, spec, item, answer), 0);
}

// exact_match_hf_evaluate(predictions, references): ["5", "5"] and [5, 6] give 0.0, with [5, "6"] 0.5,
// [["5"]] and [5] 0.0.
TEST(ExactMatch, LeavesNumbersToNumpy) {
  const auto value = [](const Json& reference, bool several, bool list) {
    Item item;
    item.reference = reference;
    item.several_targets = several;
    item.targets = {"5"};
    Answer answer;
    answer.filtered = "5";
    answer.is_list = list;
    return value_of("exact_match", OutputType::generate_until, {"exact_match", {}, {}}, item, answer);
  };
  EXPECT_EQ(value({5, 6}, true, false), 0);
  EXPECT_EQ(value({5, "6"}, true, false), 1);
  EXPECT_EQ(value(5, false, true), 0);
  EXPECT_EQ(value(5, false, false), 1);  // the harness compares str(5)
  EXPECT_EQ(value("5", false, true), 1);
}

double parsed(const std::string& text) {
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return text == "-inf" ? -std::numeric_limits<double>::infinity() : std::stod(text);
}

TEST(Acc, AndItsRelativesAreTheHarnesss) {
  const Json golden = tests::task_golden();
  for (const Json& row : golden["choices"]) {
    Item item;
    item.choices = row["choices"].get<std::vector<std::string>>();
    const int gold = row["gold"];
    item.gold = gold < static_cast<int>(item.choices.size()) ? gold : kNoChoice;
    Answer answer;
    for (const Json& text : row["likelihoods"]) answer.log_likelihoods.push_back(parsed(text));
    answer.greedy = row["greedy"].get<std::vector<bool>>();
    for (const auto& [name, expected] : row["values"].items()) {
      EXPECT_EQ(value_of(name, OutputType::multiple_choice, {}, item, answer), expected.get<double>())
          << name << row.dump();
    }
  }
}

TEST(ExactMatchInLanguage, NeedsBothTheAnswerAndTheLanguage) {
  Task task;
  task.required_language = "ja";
  Item item;
  item.target = "13";
  const auto value = [&](const std::string& response, const std::string& filtered) {
    Answer answer;
    answer.response = response;
    answer.filtered = filtered;
    return value_of("exact_match_in_language", OutputType::generate_until, {}, item, answer, task);
  };
  EXPECT_EQ(value("45 - 32 = 13。答えは13枚です。", "13"), 1);
  EXPECT_EQ(value("45 - 32 = 13. The answer is 13.", "13"), 0);
  EXPECT_EQ(value("45 - 32 = 12。答えは12枚です。", "12"), 0);
}

TEST(Registry, NamesAreUniqueForEachKindOfTask) {
  for (const Metric& metric : metrics())
    EXPECT_EQ(find_metric(metric.name, metric.output_type), &metric) << metric.name;
  EXPECT_EQ(find_metric("acc", OutputType::generate_until), nullptr);
  EXPECT_EQ(find_metric("exact", OutputType::generate_until), nullptr);
}

double overlap(const std::string& metric, const std::string& target, const std::string& answer) {
  Item item;
  item.target = target;
  Answer given;
  given.filtered = answer;
  return value_of(metric, OutputType::generate_until, {}, item, given);
}

// rouge_score 0.1.2: RougeScorer(["rougeL"]).score("The quick brown fox jumps over the lazy dog", "A fast
// brown fox leaps over a lazy dog") gives 5 common tokens of 9 and 9; others by hand.
TEST(Overlap, SharesOfTokens) {
  EXPECT_DOUBLE_EQ(overlap("rougeL", "The quick brown fox jumps over the lazy dog",
                           "A fast brown fox leaps over a lazy dog"),
                   5.0 / 9);
  EXPECT_DOUBLE_EQ(overlap("rougeL", "a b c d", "d c b a"), 0.25) << "in order";
  EXPECT_DOUBLE_EQ(overlap("f1", "b c d", "d c b"), 1) << "in any order";
  EXPECT_DOUBLE_EQ(overlap("f1", "The cat", "a cat"), 1) << "articles do not count";
  EXPECT_DOUBLE_EQ(overlap("rougeL", "犬と猫", "猫と犬"), 1.0 / 3) << "one of three letters in order";
  EXPECT_DOUBLE_EQ(overlap("f1", "犬と猫", "猫と犬"), 1);
  EXPECT_DOUBLE_EQ(overlap("rougeL", "12.5 kg", "12,5 KG!"), 1);
  EXPECT_DOUBLE_EQ(overlap("rougeL", "x", ""), 0);
}

// By hand: probabilities 1/2, 1/4, 1/4 against the second choice: 1/4 + 9/16 + 1/16.
TEST(BrierScore, IsTheSquaredDistance) {
  Item item;
  item.choices = {"a", "b", "c"};
  item.gold = 1;
  Answer answer;
  answer.log_likelihoods = {std::log(0.5), std::log(0.25), std::log(0.25)};
  EXPECT_NEAR(value_of("brier_score", OutputType::multiple_choice, {}, item, answer), 0.875, 1e-12);
}

}  // namespace
}  // namespace tsugi::eval
