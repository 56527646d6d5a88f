// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/generations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "evolve/report/standing.h"

namespace tsugi::evolve {
namespace {

using testing::HasSubstr;

Record candidate(std::size_t generation, std::vector<double> scores, std::optional<double> fitness) {
  return {.generation = generation,
          .fitness = fitness,
          .scores = std::move(scores),
          .merge_seconds = 1,
          .score_seconds = 2};
}

// Two tasks, the second of weight 0.5; the last item is sealed.
Run example() {
  Run run;
  run.weights = {{"a", 1}, {"b", 0.5}};
  run.budget = 9;
  run.archive.evaluations = 4;
  run.archive.items = {{"a/0", "a", eval::Side::search, 0},
                       {"a/1", "a", eval::Side::search, 1},
                       {"b/0", "b", eval::Side::search, 2},
                       {"b/1", "b", eval::Side::search, 3},
                       {"b/2", "b", eval::Side::test, 4}};
  run.archive.records = {
      candidate(0, {1, 0, 1, 0, kMissing}, 0.75), candidate(1, {0, 0, 0, 1, kMissing}, 0.25),
      candidate(1, {1, 1, 0, 1, kMissing}, 1.25), candidate(1, {0, 1, 0, 0, kMissing}, 0.5),
      candidate(1, {0, 0, 0, 0, kMissing}, std::nullopt)};
  run.archive.records[0].origin = Origin::parent;
  return run;
}

TEST(Generations, SumUpWhatTheirCandidatesScored) {
  auto run = example();
  Record mean = candidate(1, {1, 1, 1, 1, kMissing}, 1.5);
  mean.origin = Origin::mean;
  run.archive.records.push_back(mean);  // proposed behind the last generation, in none
  const std::vector<GenerationFigures> generations = generations_of(run);
  ASSERT_EQ(generations.size(), 2U);
  EXPECT_EQ(generations[0].best_so_far, 0.75);
  const GenerationFigures& last = generations[1];
  EXPECT_EQ(last.candidates, 4U);
  EXPECT_EQ(last.failures, 1U);
  EXPECT_EQ(last.best, 1.25);
  EXPECT_DOUBLE_EQ(*last.mean, 2.0 / 3);
  EXPECT_DOUBLE_EQ(*last.low_quartile, 0.375);   // between 0.25 and 0.5
  EXPECT_DOUBLE_EQ(*last.high_quartile, 0.875);  // between 0.5 and 1.25
  EXPECT_EQ(last.best_so_far, 1.25);
  EXPECT_EQ(last.merge_seconds, 4);
  EXPECT_EQ(last.score_seconds, 8);
}

// The best has {1, 1} on a: no spread. On b {0, 1}: standard deviation sqrt(1/2), standard error 1/2, weight
// 1/2.
TEST(Generations, TheErrorOfTheBestAddsUpOverTasks) {
  EXPECT_DOUBLE_EQ(*generations_of(example())[1].best_so_far_error, 0.25);
  // The parent: 1/2 on a with weight 1, 1/2 on b with weight 1/2.
  EXPECT_DOUBLE_EQ(*generations_of(example())[0].best_so_far_error, std::sqrt(0.25 + 0.0625));
}

TEST(Generations, ALikelihoodHasNoSpreadOfItems) {
  auto run = example();
  run.by_likelihood = true;
  EXPECT_FALSE(generations_of(run)[1].best_so_far_error);
  EXPECT_EQ(fitness_text(run, -1.23456), "-1.2346");
  EXPECT_THAT(generation_table(run), HasSubstr("1.2500\n"));
}

TEST(Generations, WhereAllFailThereAreNoNumbers) {
  auto run = example();
  for (Record& record : run.archive.records) record.fitness.reset();
  const std::vector<GenerationFigures> generations = generations_of(run);
  EXPECT_FALSE(generations[1].best || generations[1].mean || generations[1].low_quartile ||
               generations[1].best_so_far);
  EXPECT_THAT(generation_table(run),
              HasSubstr("         1           4       4        -        -                   -        -\n"));
  EXPECT_TRUE(generations_of(evolve::Run{}).empty());
}

TEST(Standing, SaysWhatIsMissing) {
  auto run = example();
  EXPECT_EQ(standing(run),
            "The search is not finished: 4 of 9 evaluations are done; generations, validation and the sealed "
            "test are "
            "missing.");
  run.archive.finalists = {2};
  EXPECT_THAT(standing(run), HasSubstr("finalists are named; validation and the sealed test are missing"));
  run.archive.winner = 2;
  EXPECT_THAT(standing(run), HasSubstr("the winner is named"));
  run.archive.test_openings = 1;
  EXPECT_THAT(standing(run), HasSubstr("the sealed test is opened; the result is missing"));
  run.result.emplace();
  EXPECT_EQ(standing(run), "The run is finished.");
}

}  // namespace
}  // namespace tsugi::evolve
