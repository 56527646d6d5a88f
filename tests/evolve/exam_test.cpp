// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/exam.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tsugi::evolve {
namespace {

using Indices = std::vector<std::size_t>;

// Two tasks: items 0 to 2 belong to the first (weight 1), 3 and 4 to the second (weight -0.5).
Exam example() {
  Exam exam;
  exam.tasks.resize(2);
  exam.tasks[1].weight = -0.5;
  for (std::size_t i = 0; i < 5; ++i)
    exam.items.push_back({.task = i < 3 ? 0U : 1U, .position = i < 3 ? i : i - 3, .id = {}});
  exam.split.side = {eval::Side::search, eval::Side::test, eval::Side::search, eval::Side::search,
                     eval::Side::search};
  exam.split.cluster = {0, 1, 2, 2, 4};
  return exam;
}

TEST(Exam, FitnessIsTheWeightedSumOfTheTasksMeans) {
  const Exam exam = example();
  const Indices items = items_of(exam, eval::Side::search);
  EXPECT_EQ(items, (Indices{0, 2, 3, 4}));
  const std::vector<double> values = {1, 0, 1, 0.5};
  EXPECT_DOUBLE_EQ(fitness(exam, items, values), 0.5 - 0.5 * 0.75);
}

TEST(Exam, TheMeanOfTheContributionsIsTheFitness) {
  const Exam exam = example();
  const Indices items = {0, 1, 2, 3, 4};
  const std::vector<double> values = {1, 0, 1, 1, 0.5};
  const std::vector<double> parts = contributions(exam, items, values);
  EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0) / 5, fitness(exam, items, values), 1e-15);
}

TEST(Exam, OneTaskOfWeightOneContributesItsValues) {
  Exam exam = example();
  exam.tasks[1].weight = 1;
  const Indices items = {0, 2};
  EXPECT_EQ(contributions(exam, items, std::vector<double>{1, 0.25}), (std::vector<double>{1, 0.25}));
}

TEST(Exam, ClustersFollowTheItems) {
  EXPECT_EQ(clusters_of(example(), Indices{3, 4, 0}), (Indices{2, 4, 0}));
}

}  // namespace
}  // namespace tsugi::evolve
