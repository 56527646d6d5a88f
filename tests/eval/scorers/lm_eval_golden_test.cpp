// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The native scorer against lm-evaluation-harness in f32 at batch size 1 on the bundled task files, item by
// item, as recorded by tests/peers/record_lm_eval.py.
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include "eval/metrics/intervals.h"
#include "eval/model/load.h"
#include "eval/scorers/native.h"
#include "eval/tasks/task.h"
#include "merge/plan.h"
#include "tests/support/recorded.h"

namespace tsugi::eval {
namespace {

using nlohmann::json;
using tests::golden_json;
using tests::pocket_path;

// Sums of some 20 terms ln p, each an f32 difference of two numbers near 10; the two programs were seen up to
// 7.0e-5 apart over the 1,200 recorded sums.
constexpr double kTolerance = 1e-4;

TaskScores score_pocket(const std::string& model, const std::string& task_name, std::size_t items) {
  const merge::MergePlan plan = merge::plan_copy(merge::Checkpoint::open(pocket_path(model)));
  const auto weights = load_weights(plan, choose_residence(plan, DType::F32));
  const Tokenizer tokenizer = Tokenizer::load(pocket_path(model));
  Task task = load_task(task_name, {pocket_path("tasks").string()}, "");
  std::vector<Item> documents = load_items(task, {.limit = items});
  const PreparedTask prepared =
      prepare(std::move(task), std::move(documents), tokenizer, read_model_limits(pocket_path(model)));
  std::vector<std::size_t> which(prepared.items.size());
  std::iota(which.begin(), which.end(), 0);
  const Decoder decoder({weights.get()}, plain_path(weights->shape().layers));
  return score(decoder, tokenizer, prepared, which, merge::Concurrency::parallel);
}

struct Recorded {
  std::size_t items = 0;
  json task;
};

Recorded recorded(const std::string& model, const std::string& task) {
  const json golden = golden_json("lm_eval.json");
  return {golden.at("items"), golden.at("models").at(model).at(task)};
}

void expect_likelihoods(const TaskScores& ours, const json& golden) {
  const auto theirs = golden.get<std::vector<std::vector<double>>>();
  ASSERT_EQ(ours.answers.size(), theirs.size());
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    ASSERT_EQ(ours.answers[i].log_likelihoods.size(), theirs[i].size()) << "item " << i;
    for (std::size_t k = 0; k < theirs[i].size(); ++k) {
      EXPECT_NEAR(ours.answers[i].log_likelihoods[k], theirs[i][k], kTolerance)
          << "item " << i << ", choice " << k;
    }
  }
}

class LmEvalGolden : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(LmEvalGolden, every_item_has_the_same_value) {
  const auto [model, task] = GetParam();
  const auto [items, golden] = recorded(model, task);
  const TaskScores ours = score_pocket(model, task, items);
  ASSERT_FALSE(ours.columns.empty());
  const MetricColumn& column = ours.columns.front();
  EXPECT_EQ(column.metric, golden.at("metric"));
  EXPECT_EQ(column.filter, golden.at("filter"));
  const auto theirs = golden.at("values").get<std::vector<double>>();
  ASSERT_EQ(theirs.size(), items);
  ASSERT_EQ(column.values.size(), items);
  for (std::size_t i = 0; i < items; ++i) {
    EXPECT_EQ(column.values[i], theirs[i]) << "item " << i << ": " << ours.answers[i].response;
  }
  if (column.metric == "acc") expect_likelihoods(ours, golden.at("log_likelihoods"));
  // A quotient of whole numbers and a root: some roundings of f64.
  EXPECT_NEAR(standard_error(column.values), golden.at("stderr").get<double>(), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Pocket, LmEvalGolden,
                         testing::Combine(testing::Values("base", "math", "ja"),
                                          testing::Values("pocket_math_ja", "pocket_math_en",
                                                          "pocket_chat_ja", "pocket_chat_en", "pocket_trans",
                                                          "pocket_choice_ja")),
                         [](const auto& parameter) {
                           return std::string(std::get<0>(parameter.param)) + "_" +
                                  std::get<1>(parameter.param);
                         });

}  // namespace
}  // namespace tsugi::eval
