// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/results/group_scores.h"

#include <gtest/gtest.h>

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

TaskGroup both(bool by_size) {
  TaskGroup group;
  group.tasks = {0, 1};
  group.metrics = {{"acc", {}, by_size}};
  return group;
}

const std::vector<Json> kTasks = {
    {{"sample_len", 10}, {"acc,none", 0.5}, {"acc_stderr,none", 0.1}},
    {{"sample_len", 30}, {"acc,none", 0.9}, {"acc_stderr,none", 0.2}, {"f1,none", 1.0}}};

// lm_eval.api.metrics 0.4.13: pooled_sample_stderr([.1, .2], [10, 30]) is 0.15325417483795722.
TEST(GroupScores, WeightedByItems) {
  const auto scores = group_scores(both(true), kTasks);
  ASSERT_EQ(scores.size(), 1U);
  EXPECT_DOUBLE_EQ(scores[0].value, 0.8);
  EXPECT_DOUBLE_EQ(scores[0].error.get<double>(), 0.15325417483795722);
  EXPECT_EQ(scores[0].items, 40U);
}

// unweighted_mean_stderr([.1, .2]) is sqrt(.05) / 2.
TEST(GroupScores, EveryTaskTheSame) {
  const auto scores = group_scores(both(false), kTasks);
  EXPECT_DOUBLE_EQ(scores[0].value, 0.7);
  EXPECT_DOUBLE_EQ(scores[0].error.get<double>(), 0.11180339887498949);
}

TEST(GroupScores, ErrorsNeedAllTasks) {
  std::vector<Json> tasks = kTasks;
  tasks[0]["acc_stderr,none"] = "N/A";
  EXPECT_EQ(group_scores(both(true), tasks)[0].error, "N/A");
  TaskGroup group = both(true);
  group.metrics = {{"f1", {}, true}, {"bleu", {}, true}};
  const auto scores = group_scores(group, kTasks);
  ASSERT_EQ(scores.size(), 1U) << "a metric that no task has gives no row";
  EXPECT_EQ(scores[0].items, 30U);
}

}  // namespace
}  // namespace tsugi::eval
