// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: worked by hand; the tests and intervals themselves are compared with peers in
// tests/eval/metrics.
#include "evolve/task_changes.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tsugi::evolve {
namespace {

using Values = std::vector<double>;

// Items 0 to 9 belong to "acc" (more is better), 10 to 15 to "errors" (less is better), 16 to 19 to "f1".
Exam example() {
  Exam exam;
  exam.tasks.resize(3);
  exam.tasks[0].prepared.task.name = "acc";
  exam.tasks[0].column = "acc,none";
  exam.tasks[1].prepared.task.name = "errors";
  exam.tasks[1].weight = -1;
  exam.tasks[2].prepared.task.name = "f1";
  for (std::size_t i = 0; i < 20; ++i) {
    exam.items.push_back({.task = i < 10 ? 0U : i < 16 ? 1U : 2U, .position = 0, .id = {}});
    exam.split.side.push_back(eval::Side::test);
    exam.split.cluster.push_back(i);
  }
  return exam;
}

TEST(TaskChanges, EachTaskInItsOwnMetricAndDirection) {
  const Exam exam = example();
  const Values winner = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0.5, 0.5, 0.5, 0.5};
  const Values parent = {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0.5, 0.5, 0.5, 0.5};
  const auto changes = task_changes(exam, items_of(exam, eval::Side::test), winner, parent);
  ASSERT_EQ(changes.size(), 3U);

  EXPECT_EQ(changes[0].task, "acc");
  EXPECT_EQ(changes[0].metric, "acc,none");
  EXPECT_EQ(changes[0].items, 10U);
  EXPECT_DOUBLE_EQ(changes[0].winner, 0.8);
  EXPECT_DOUBLE_EQ(changes[0].parent, 0.1);
  EXPECT_DOUBLE_EQ(changes[0].change.mean, 0.7);
  ASSERT_TRUE(changes[0].pairs);
  EXPECT_EQ(changes[0].pairs->wins, 8U);
  EXPECT_EQ(changes[0].pairs->losses, 1U);
  EXPECT_NEAR(changes[0].p_value, 20.0 / 512, 1e-12);  // 2 (1 + 9) / 2^9
  EXPECT_NEAR(*changes[0].mid_p, 11.0 / 512, 1e-12);   // less 9 / 2^9
  EXPECT_FALSE(changes[0].regressed());

  EXPECT_DOUBLE_EQ(changes[1].change.mean, -0.5) << "three more errors of six";
  EXPECT_NEAR(changes[1].standard_error, std::sqrt(0.25 / 5), 1e-12);
  EXPECT_TRUE(changes[1].regressed());
  EXPECT_NEAR(changes[1].p_value, 0.25, 1e-12);  // 2 / 2^3

  EXPECT_FALSE(changes[2].pairs);
  EXPECT_FALSE(changes[2].mid_p);
  EXPECT_EQ(changes[2].p_value, 1);
  EXPECT_FALSE(changes[2].regressed());

  EXPECT_NEAR(changes[0].holm, 60.0 / 512, 1e-12);
  EXPECT_NEAR(changes[1].holm, 0.5, 1e-12);
  EXPECT_EQ(changes[2].holm, 1);
}

}  // namespace
}  // namespace tsugi::evolve
