// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/samples.h"

#include <gtest/gtest.h>

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
