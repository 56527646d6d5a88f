// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What score() promises about items, order and blocks; its values are compared with the harness in
// lm_eval_golden_test.
#include "eval/scorers/native.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "eval/model/load.h"
#include "merge/plan.h"

namespace tsugi::eval {
namespace {

const std::filesystem::path kModel = TSUGI_ROOT "/recipes/pocket/math";

/// The bundled model that is good at English word problems.
struct Model {
  Model()
      : plan(merge::plan_copy(merge::Checkpoint::open(kModel))),
        weights(load_weights(plan, {DType::F32, Compute::f32})),
        tokenizer(Tokenizer::load(kModel)),
        decoder({weights.get()}, plain_path(weights->shape().layers)) {}

  PreparedTask prepared(const std::string& name, std::size_t items) const {
    Task task = load_task(name, {TSUGI_ROOT "/recipes/pocket/tasks"}, "");
    return prepare(task, load_items(task, {.limit = items}), tokenizer, read_model_limits(kModel));
  }
  TaskScores scored(const PreparedTask& task, const std::vector<std::size_t>& which,
                    merge::Concurrency concurrency = merge::Concurrency::serial,
                    const std::function<void(std::size_t)>& progress = {}) const {
    return score(decoder, tokenizer, task, which, concurrency, progress);
  }

  merge::MergePlan plan;
  std::unique_ptr<ResidentWeights> weights;
  Tokenizer tokenizer;
  Decoder decoder;
};

const Model& model() {
  static const Model kTheModel;
  return kTheModel;
}

std::vector<std::size_t> first(std::size_t count) {
  std::vector<std::size_t> which(count);
  std::iota(which.begin(), which.end(), 0);
  return which;
}

TEST(Score, AnItemsValueDependsOnNoOtherItem) {
  const PreparedTask task = model().prepared("pocket_math_en", 12);
  const TaskScores all = model().scored(task, first(12), merge::Concurrency::parallel);
  const TaskScores some = model().scored(task, {9, 2});
  ASSERT_EQ(some.answers.size(), 2U);
  EXPECT_EQ(some.answers[0].response, all.answers[9].response);
  EXPECT_EQ(some.answers[1].response, all.answers[2].response);
  EXPECT_EQ(some.columns[0].values, (std::vector{all.columns[0].values[9], all.columns[0].values[2]}));
  EXPECT_EQ(some.prompt_tokens, task.prompts[9].size() + task.prompts[2].size());
}

TEST(Score, ResponsesEndBeforeTheStopAndAreFilteredByPipeline) {
  PreparedTask task = model().prepared("pocket_math_en", 4);
  task.task.filters.push_back({"none", {FilterStep{"take_first", {}, {}}}});
  const TaskScores scores = model().scored(task, first(4));
  ASSERT_EQ(scores.columns.size(), 2U);
  EXPECT_EQ(scores.columns[0].name(), "exact_match,last-number");
  EXPECT_EQ(scores.columns[1].name(), "exact_match,none");
  // 93 percent of such items are right (recipes/pocket/README.md): four wrong ones would be a broken scorer.
  EXPECT_GT(std::accumulate(scores.columns[0].values.begin(), scores.columns[0].values.end(), 0.0), 0);
  EXPECT_THAT(scores.columns[1].values, testing::Each(0.0));  // the whole line is not the number
  for (const Answer& answer : scores.answers) {
    EXPECT_THAT(answer.response, testing::StartsWith(" "));  // nothing is stripped
    EXPECT_EQ(answer.response.find('\n'), std::string::npos);
    EXPECT_EQ(answer.filtered, answer.response);  // of the last pipeline
  }
}

TEST(Score, StopsCutAtTheFirstOccurrenceOfAny) {
  PreparedTask task = model().prepared("pocket_math_en", 3);
  const TaskScores whole = model().scored(task, first(3));
  task.stop_texts.insert(task.stop_texts.begin(), {"=", "The answer"});
  const TaskScores cut = model().scored(task, first(3));
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string& response = whole.answers[i].response;
    EXPECT_EQ(cut.answers[i].response,
              response.substr(0, std::min(response.find('='), response.find("The answer"))));
  }
  EXPECT_LT(cut.generated_tokens, whole.generated_tokens);  // generation ended there, too
}

TEST(Score, StopIdsEndAnAnswer) {
  PreparedTask task = model().prepared("pocket_math_en", 1);
  const TaskScores whole = model().scored(task, {0});
  const std::vector<TokenId> ids = model().tokenizer.encode(whole.answers[0].response, Specials::omit);
  task.stop_ids = {ids[1]};
  EXPECT_EQ(model().scored(task, {0}).generated_tokens, 2U);
}

TEST(Score, ProgressCountsEveryItemOnce) {
  const PreparedTask task = model().prepared("pocket_choice_ja", 300);  // more than one block
  std::vector<std::size_t> reported;
  const TaskScores watched = model().scored(task, first(300), merge::Concurrency::parallel,
                                            [&](std::size_t count) { reported.push_back(count); });
  EXPECT_GT(reported.size(), 1U);
  EXPECT_EQ(std::accumulate(reported.begin(), reported.end(), std::size_t{0}), 300U);
  ASSERT_EQ(watched.answers[0].log_likelihoods.size(), 4U);
  const TaskScores last = model().scored(task, {299});
  EXPECT_EQ(last.answers[0].log_likelihoods, watched.answers[299].log_likelihoods);
  EXPECT_EQ(last.columns[0].values[0], watched.columns[0].values[299]);
}

TEST(Score, NoItemsAreNoError) {
  const PreparedTask task = model().prepared("pocket_math_en", 1);
  const TaskScores scores = model().scored(task, {});
  EXPECT_TRUE(scores.answers.empty());
  EXPECT_TRUE(scores.columns[0].values.empty());
}

}  // namespace
}  // namespace tsugi::eval
