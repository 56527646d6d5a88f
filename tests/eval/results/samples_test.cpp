// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/samples.h"

#include <gtest/gtest.h>

#include <sstream>

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

// Expected digests: Python's hashlib over json.dumps(doc, indent=2, ensure_ascii=False), the prompt and
// str(target), as lm-evaluation-harness's evaluator computes them. The document holds what json.dumps prints
// otherwise than most writers: 1e-05, 1000000000000000.0, empty lists and dicts, characters beyond ASCII.
constexpr const char* kDoc = "54cdf48f398f2216c415eab30f748e35d5e7b1a0e0ad91a8bd7ac5c35609a893";
constexpr const char* kPrompt = "f76492b364b46a5d0dd2f33ce22b69d5cae592ff78dac4c60d9bc68d5c6fe18e";
constexpr const char* kTarget = "16846193b8c652e7a3d390656a5e3f5a026dc4ed022cfa6db41259f144ac12b9";
constexpr const char* kOneFilter = "930080f9224feea4bf13be3d267276c0eb5e2a5ce85046451397076acba0543c";
constexpr const char* kTwoFilters = "1560ac5a21983f4bb836575f735bc6ae2ecd94e6dbc545240ce2c050298af7c8";

class Samples : public testing::Test {
 protected:
  void SetUp() override {
    task_.task.name = "counting";
    task_.task.output_type = OutputType::generate_until;
    Item item;
    item.doc = Json::parse(
        R"({"question": "3 × 4は?\t\"x\"", "choices": ["12", 7, null, true, [], {}], "weight": 1e-05,
            "big": 1000000000000000.0, "label": 0})");
    item.reference = Json::parse(R"(["12", "twelve"])");
    item.prompt = "Q: 3 × 4は?\nA:";
    task_.items = {item};
    result_.task = &task_;
    result_.which = {0};
    Answer answer;
    answer.response = "12";
    answer.filtered = "12";
    result_.scores.answers = {answer};
    result_.scores.columns = {{"exact_match", "none", {1.0}}};
    task_.task.filters = {{"none", {FilterStep{"take_first", {}, {}}}}};
    result_.scores.filtered = {{"12"}};
  }

  PreparedTask task_;
  TaskResult result_;
};

TEST_F(Samples, HashLikeTheHarness) {
  const SampleHashes hashes = sample_hashes(task_.task, task_.items[0]);
  EXPECT_EQ(hashes.doc, kDoc);
  EXPECT_EQ(hashes.prompt, kPrompt);
  EXPECT_EQ(hashes.target, kTarget);
}

TEST_F(Samples, TheHashOfATaskCountsEachFilterOnce) {
  EXPECT_EQ(task_hash(result_), kOneFilter);
  result_.scores.columns.push_back({"f1", "none", {1.0}});
  EXPECT_EQ(task_hash(result_), kOneFilter);
  result_.scores.columns.push_back({"exact_match", "last-number", {1.0}});
  EXPECT_EQ(task_hash(result_), kTwoFilters);
}

TEST_F(Samples, ALineHoldsTheTargetAsPythonPrintsIt) {
  const Json line = Json::parse(samples_jsonl(result_));
  EXPECT_EQ(line["target"], "['12', 'twelve']");
  EXPECT_EQ(line["metrics"], Json({"exact_match"}));
  EXPECT_EQ(line["doc_hash"], kDoc);
  EXPECT_EQ(line["exact_match"], 1.0);
  EXPECT_EQ(line["resps"].dump(), R"([["12"]])");
  EXPECT_EQ(line["filtered_resps"].dump(), R"(["12"])");
}

// lm_eval/evaluator.py: all documents of a filter, then those of the next; a pipeline without take_first
// keeps the list of responses.
TEST_F(Samples, EveryFilterHasItsLines) {
  task_.task.filters.push_back({"upper", {FilterStep{"uppercase", {}, {}}}});
  task_.items.push_back(task_.items.front());
  task_.items.back().doc_id = 1;
  result_.which = {0, 1};
  result_.scores.answers.push_back(result_.scores.answers.front());
  result_.scores.columns = {{"exact_match", "none", {1.0, 0.0}}, {"exact_match", "upper", {0.0, 0.5}}};
  result_.scores.filtered = {{"a", "b"}, {"A", "B"}};
  std::istringstream lines(samples_jsonl(result_));
  std::vector<std::string> seen;
  for (std::string text; std::getline(lines, text);) {
    const Json line = Json::parse(text);
    seen.push_back(line["filter"].get<std::string>() + line["doc_id"].dump() + line["filtered_resps"].dump() +
                   line["exact_match"].dump());
  }
  EXPECT_EQ(seen, (std::vector<std::string>{R"(none0["a"]1.0)", R"(none1["b"]0.0)", R"(upper0[["A"]]0.0)",
                                            R"(upper1[["B"]]0.5)"}));
}

// As the harness's files have them: log-likelihood and greediness as text, once in a list of repeats.
TEST_F(Samples, LikelihoodsAreText) {
  task_.task.output_type = OutputType::multiple_choice;
  task_.items[0].requests = {{"Q", " a"}, {"Q", " b"}, {"", " a"}, {"", " b"}};
  Answer& answer = result_.scores.answers[0];
  answer.log_likelihoods = {-1e-05, -3};
  answer.unconditional = {-0.1, -1e16};
  answer.greedy = {true, false, false, false};
  const Json line = Json::parse(samples_jsonl(result_));
  EXPECT_EQ(line["resps"].dump(),
            R"([[["-1e-05","True"]],[["-3.0","False"]],[["-0.1","False"]],[["-1e+16","False"]]])");
  EXPECT_EQ(line["filtered_resps"].dump(),
            R"([["-1e-05","True"],["-3.0","False"],["-0.1","False"],["-1e+16","False"]])");
  task_.task.output_type = OutputType::loglikelihood_rolling;
  answer = {};
  answer.log_likelihoods = {-2.5};
  const Json whole = Json::parse(samples_jsonl(result_));
  EXPECT_EQ(whole["resps"].dump(), R"([["-2.5"]])");
  EXPECT_EQ(whole["filtered_resps"].dump(), R"(["-2.5"])");
}

// The prompt's hash is of the first request's context, or of the whole text where there is no context.
TEST_F(Samples, TheFirstRequestIsThePrompt) {
  Item item = task_.items[0];
  item.prompt = "not this";
  item.requests = {{"Q: 3 × 4は?\nA:", " 12"}, {"other", " 13"}};
  Task task = task_.task;
  task.output_type = OutputType::multiple_choice;
  EXPECT_EQ(sample_hashes(task, item).prompt, kPrompt);
  item.requests = {{"", "Q: 3 × 4は?\nA:"}};
  task.output_type = OutputType::loglikelihood_rolling;
  EXPECT_EQ(sample_hashes(task, item).prompt, kPrompt);
}

}  // namespace
}  // namespace tsugi::eval
