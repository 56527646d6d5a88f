// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Given answers through whole tasks. Values are those of lm-evaluation-harness 0.4.13 for the same task,
// documents and answers (tests/peers/compare_metrics.py has its `Harness`); where it raises an error, so do
// we.
#include "eval/scorers/grade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/metrics/aggregations.h"
#include "eval/tasks/task_parts.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

// Of a number up to 100 that eight divisions went into, each rounded once.
constexpr double kRounding = 1e-12;

/// What a test gives for a document of each type of task: a text, or what its requests have.
struct Given {
  std::string response;
  std::vector<Likelihood> likelihoods;
};

struct Graded {
  std::vector<double> values;  ///< of the last metric
  double score = 0;
};

/// `documents` are JSON values of the column l, one a line.
Graded graded(const std::string& keys, const std::vector<std::string>& documents,
              const std::vector<Given>& given) {
  const tests::TemporaryFolder folder;
  std::string lines;
  for (const std::string& value : documents) lines += "{\"q\": \"x\", \"l\": " + value + "}\n";
  std::string head = "task: t\ndataset_path: json\ntest_split: test\ndoc_to_text: q\n";
  if (keys.find("doc_to_target") == std::string::npos) head += "doc_to_target: l\n";
  const std::string data =
      "dataset_kwargs: {data_files: {test: " + folder.write("items.jsonl", lines).string() + "}}\n";
  Task task = read_task(read_typed_yaml(head + data + keys, "t.yaml"), "t.yaml");
  task.typing = Typing::as_written;
  const std::vector<Item> items = load_items(task);
  TaskScores scores;
  std::vector<std::size_t> which;
  for (const Item& item : items) {
    const Given& one = given[which.size()];
    which.push_back(which.size());
    scores.answers.push_back(one.likelihoods.empty() ? Answer{} : answer_of(task, item, one.likelihoods));
    scores.answers.back().response = one.response;
  }
  for (const FilterPipeline& pipeline : task.filters)
    add_columns(task, items, pipeline, which, merge::Concurrency::serial, scores);
  const MetricColumn& column = scores.columns.back();
  return {column.values,
          aggregate(*find_metric(column.metric, task), {column.values, column.parts, "t: " + column.metric})};
}

template <class... Arguments>
std::string error_of(const Arguments&... arguments) {
  try {
    graded(arguments...);
    return "no error";
  } catch (const InputError& error) {
    return error.what();
  }
}

const std::string kChoice = "output_type: multiple_choice\ndoc_to_choice: [x, y, z]\n";

std::string metric(const std::string& name) {
  return "metric_list: [{metric: " + name + "}]\n";
}

/// The likelier the earlier; one of the three is what greedy decoding gives.
Given falling(std::size_t greedy) {
  Given given;
  for (std::size_t i = 0; i < 3; ++i)
    given.likelihoods.push_back({.sum = -1.0 - static_cast<double>(i), .greedy = i == greedy});
  return given;
}

double of_choice(const std::string& name, const std::string& gold, const Given& given) {
  return graded(kChoice + metric(name), {"0", gold}, {given, given}).values[1];
}

TEST(RightChoices, NegativeOnesCountFromTheEndForSomeMetrics) {
  EXPECT_EQ(of_choice("exact_match", "-1", falling(2)), 1);
  EXPECT_EQ(of_choice("exact_match", "-1", falling(1)), 0);
  EXPECT_EQ(of_choice("exact_match", "-100", falling(2)), 0);
  EXPECT_EQ(of_choice("exact_match", "\"w\"", falling(2)), 0);
  EXPECT_EQ(of_choice("acc", "-3", falling(0)), 0);
  EXPECT_THAT(of_choice("brier_score", "-1", falling(0)), DoubleEq(1.3304819115496436));
  EXPECT_THAT(of_choice("brier_score", "-3", falling(0)), DoubleEq(0.18006114634076098));
  Given mutual = falling(1);
  for (const bool greedy : {false, false, true}) mutual.likelihoods.push_back({.sum = -5, .greedy = greedy});
  const std::string both = "metric_list: [{metric: acc_mutual_info}, {metric: exact_match}]\n";
  EXPECT_EQ(graded(kChoice + both, {"-1"}, {mutual}).score, 1) << "the last of the unconditional ones";
}

TEST(RightChoices, WhatIsNoneAreClassesToMcc) {
  Given second = falling(0);
  second.likelihoods[0].sum = -3;
  second.likelihoods[1].sum = -1;
  second.likelihoods[2].sum = -2;
  EXPECT_THAT(
      graded(kChoice + metric("mcc"), {"-1", "\"w\"", "0", "1"}, {falling(0), falling(0), falling(0), second})
          .score,
      DoubleEq(0.47140452079103173));
}

TEST(RightChoices, WhatTheHarnessCannotReadIsRefused) {
  const auto error = [](const std::string& name, const std::string& gold) {
    return error_of(kChoice + metric(name), std::vector<std::string>{"0", gold},
                    std::vector<Given>(2, falling(0)));
  };
  for (const char* gold : {"null", "1.0", "-4", "[0]"})
    EXPECT_THAT(error("acc", gold), HasSubstr(std::string("items.jsonl:2: doc_to_target gives ") +
                                              (gold[0] == 'n' ? "None" : gold)));
  EXPECT_THAT(error("brier_score", "3"), HasSubstr("whose right choice is none of its 3"));
  Given mutual = falling(0);
  mutual.likelihoods.resize(6);
  const auto first = [&](const std::string& name, const std::string& gold) {
    return error_of(kChoice + metric(name), std::vector<std::string>{gold}, std::vector<Given>{mutual});
  };
  EXPECT_THAT(first("acc", "3"), HasSubstr("doc_to_target gives 3, expected the number of one of 3 choices"));
  EXPECT_THAT(first("acc", "[]"), HasSubstr("doc_to_target gives [], expected one right choice"));
  EXPECT_THAT(first("acc", "[\"x\"]"), HasSubstr("expected a list of numbers of choices"));
  for (const char* name : {"f1", "mcc", "acc_mutual_info"}) {
    EXPECT_EQ(first(name, "[0]"), "no error");
    EXPECT_THAT(first(name, "[0, 1]"), HasSubstr(std::string(name) + " of several right choices"));
  }
  EXPECT_THAT(first("brier_score", "[0]"), HasSubstr("brier_score of several right choices"));
}

TEST(RightChoices, AnEmptyChoiceOfTheFirstDocumentIsRefused) {
  EXPECT_THAT(error_of("output_type: multiple_choice\ndoc_to_choice: [x, '']\n" + metric("acc"),
                       std::vector<std::string>{"0"}, std::vector<Given>{falling(0)}),
              HasSubstr("items.jsonl:1: an empty choice of the first document"));
}

double matched(const std::string& arguments, const std::string& target, const std::string& answer,
               const std::string& filters = "") {
  return graded("metric_list: [{metric: exact_match" + arguments + "}]\n" + filters, {target}, {{answer, {}}})
      .score;
}

const std::string kList = "filter_list: [{name: f, filter: []}]\n";

TEST(RightAnswers, NullsAndNumbersAreNumpys) {
  EXPECT_EQ(matched("", "[null, \"5\"]", "5"), 1);
  EXPECT_EQ(matched("", "[null, \"5\"]", "None"), 0);
  EXPECT_EQ(matched("", "[null, 5, \"6\"]", "5"), 0) << "beside None it stays a number";
  EXPECT_EQ(matched(", ignore_case: true", "[5, \"6\"]", "5"), 1);
  const std::string dotted =
      "i\u0307i\u0307";  // the lower case of "İİ", which numpy cuts at its array's width
  EXPECT_EQ(matched(", ignore_case: true", "[1.5, \"İİ\"]", dotted), 1);
  EXPECT_EQ(matched(", ignore_case: true", "[7, \"İİ\"]", dotted), 1);
  EXPECT_EQ(matched(", ignore_case: true", "[true, \"İİİ\"]", dotted + "i\u0307"), 0);
  EXPECT_EQ(matched("", "null", "None"), 1);
  EXPECT_EQ(matched("", "null", "None", kList), 0);
  EXPECT_EQ(matched(", ignore_case: true", "\"a\"", "A", kList), 1);
  const auto error = [](const std::string& arguments, const std::string& target, const std::string& filters) {
    return error_of("metric_list: [{metric: exact_match, " + arguments + "}]\n" + filters,
                    std::vector<std::string>{target}, std::vector<Given>{{"5", {}}});
  };
  EXPECT_THAT(error("ignore_case: true", "[null, \"5\"]", ""), HasSubstr("doc_to_target gives [None, '5']"));
  EXPECT_THAT(error("ignore_numbers: true", "[5, 6]", ""), HasSubstr("doc_to_target gives [5, 6]"));
  EXPECT_THAT(error("regexes_to_ignore: [a]", "[5, \"6\"]", ""), HasSubstr("doc_to_target gives [5, '6']"));
  EXPECT_THAT(error_of("metric_list: [{metric: exact_match, ignore_case: true}]\n",
                       std::vector<std::string>{"[\"a\"]", "\"\""}, std::vector<Given>{{"a", {}}, {"", {}}}),
              HasSubstr("items.jsonl:2: doc_to_target gives '', and"));
  EXPECT_THAT(error("ignore_case: true", "null", kList), HasSubstr("doc_to_target gives None"));
  EXPECT_THAT(error("regexes_to_ignore: [a]", "\"5\"", kList),
              HasSubstr("that the filters 'f' leave in a list"));
}

TEST(RightAnswers, TheFirstDocumentDecidesWhetherThereAreSeveral) {
  const auto values = [](const std::string& first, const std::string& second, const std::string& answer) {
    return graded(metric("exact_match"), {first, second}, {{"a", {}}, {answer, {}}}).values;
  };
  EXPECT_THAT(values("[\"a\"]", "[]", ""), ElementsAre(1, 0));
  EXPECT_THAT(values("[\"a\"]", "\"yes\"", "e"), ElementsAre(1, 1)) << "list('yes')";
  EXPECT_THAT(values("[\"a\"]", "\"yes\"", "yes"), ElementsAre(1, 0));
  EXPECT_THAT(values("[]", "[\"a\"]", "['a']"), ElementsAre(0, 1)) << "str(['a'])";
  EXPECT_THAT(
      error_of(metric("exact_match"), std::vector<std::string>{"[\"a\"]", "5"}, std::vector<Given>(2)),
      HasSubstr("items.jsonl:2: doc_to_target gives 5, expected a list, as of the first document"));
}

TEST(RightAnswers, OneTextForMetricsOfTexts) {
  for (const char* name : {"bleu", "chrf", "chrf++", "ter"}) {
    const auto error = [&](const std::string& target, const std::string& filters) {
      return error_of(metric(name) + filters, std::vector<std::string>{target},
                      std::vector<Given>{{"a", {}}});
    };
    EXPECT_THAT(error("[\"a\"]", ""), HasSubstr(std::string(name) + " of several right answers"));
    EXPECT_THAT(error("5", kList),
                HasSubstr(std::string("doc_to_target gives 5, and ") + name + " wants text"));
    EXPECT_EQ(error("5", ""), "no error");
  }
}

// '["\ud83d\ude00"]', which is what tojson makes of a list with U+1F600, is a list of one text to Python, of
// two halves that equal no character.
TEST(RightAnswers, HalvesOfCharactersAreRefused) {
  const std::string template_key = "doc_to_target: '{{l}}'\n";
  EXPECT_THAT(error_of(template_key + metric("exact_match"),
                       std::vector<std::string>{R"("[\"\\ud83d\\ude00\"]")"}, std::vector<Given>{{"a", {}}}),
              HasSubstr("items.jsonl:1: a broken character escape in a string (one half of a pair)"));
}

TEST(Totals, ChrfWithWordsIsSacrebleus) {
  const Graded result = graded(
      metric("chrf++"), {"\"The cat (really) sat on the mat.\"", "\"猫は、マットの上。\"", "\"- a !\""},
      {{"A cat (truly) sat on a mat .", {}}, {"猫はマットの上に。", {}}, {"a -b", {}}});
  EXPECT_THAT(result.values,
              ElementsAre(DoubleNear(43.03092447003357, kRounding), DoubleNear(35.368480725623584, kRounding),
                          DoubleNear(26.666666666666668, kRounding)));
  EXPECT_NEAR(result.score, 41.1195270666307, kRounding);
}

TEST(Totals, BreakOffWhereTheHarnessDoes) {
  const auto error = [](const std::string& keys, const std::vector<std::string>& documents, double sum) {
    return error_of(keys, documents, std::vector<Given>(documents.size(), {"", {{.sum = sum}}}));
  };
  const std::string cloze = "output_type: loglikelihood\n" + metric("perplexity");
  EXPECT_EQ(error(cloze, {"\"a\""}, -709), "no error");
  EXPECT_THAT(error(cloze, {"\"a\""}, -710),
              HasSubstr("t: perplexity: exp(710) is beyond the largest number"));
  const std::string rolling = "output_type: loglikelihood_rolling\n";
  EXPECT_THAT(error(rolling + metric("bits_per_byte"), {"\"\"", "\"\""}, -1),
              HasSubstr("t: bits_per_byte: all texts are empty"));
  EXPECT_EQ(error(rolling + metric("word_perplexity"), {"\"\"", "\"\""}, -1), "no error");
}

TEST(Totals, F1IsOfTwoClassesAndBrierScoreOfEqualNumbers) {
  const auto error = [](const std::string& name, const std::vector<std::string>& golds) {
    return error_of(kChoice + metric(name), golds, std::vector<Given>(golds.size(), falling(0)));
  };
  EXPECT_EQ(error("f1", {"0", "1"}), "no error");
  EXPECT_EQ(error("f1", {"0"}), "no error");
  EXPECT_THAT(error("f1", {"0", "1", "2"}), HasSubstr("f1: more classes than two: 0, 1 and 2"));
  EXPECT_THAT(error("f1", {"0", "2"}), HasSubstr("f1: the classes 0 and 2, expected 1"));
  Given two = falling(0);
  two.likelihoods.pop_back();
  EXPECT_THAT(error_of("output_type: multiple_choice\ndoc_to_choice: \"{{l}}\"\ndoc_to_target: 0\n" +
                           metric("brier_score"),
                       std::vector<std::string>{"[\"x\", \"y\"]", "[\"x\", \"y\", \"z\"]"},
                       std::vector<Given>{two, falling(0)}),
              HasSubstr("documents with 2 and with 3 choices"));
}

TEST(Pipelines, EndInOneAnswer) {
  const auto error = [](const std::string& keys) {
    return error_of(keys, std::vector<std::string>{"0"}, std::vector<Given>{falling(0)});
  };
  EXPECT_THAT(error(kChoice + kList), HasSubstr("a list at the end of a pipeline of a multiple_choice task"));
  EXPECT_THAT(error("repeats: 2\n" + kList), HasSubstr("several responses at the end of a pipeline"));
}

}  // namespace
}  // namespace tsugi::eval
