// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: the rules, and the functions that tests/eval/metrics compares with peers.
#include "evolve/final_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "evolve/search_score.h"

namespace tsugi::evolve {
namespace {

using eval::Side;
using Values = std::vector<double>;

constexpr std::size_t kItems = 60;  // 30 of the search, 30 sealed

Exam example() {
  Exam exam;
  exam.tasks.resize(1);
  exam.tasks[0].prepared.task.name = "t";
  exam.tasks[0].column = "acc,none";
  for (std::size_t i = 0; i < kItems; ++i) {
    exam.items.push_back({.task = 0, .position = i, .id = {}, .content = {std::to_string(i), std::nullopt}});
    exam.split.side.push_back(i < kItems / 2 ? Side::search : Side::test);
    exam.split.cluster.push_back(i);
  }
  exam.leaderboards = {"GSM8K (somewhere)"};
  return exam;
}

Record record(std::uint32_t seed, Origin origin, std::size_t generation, double share) {
  std::mt19937 random(seed);
  Record out;
  out.origin = origin;
  out.generation = generation;
  out.name = "model " + std::to_string(seed);
  out.recipe = out.name;
  double sum = 0;
  for (std::size_t i = 0; i < kItems; ++i) {
    out.scores.push_back(static_cast<double>(random()) < share * 4294967296.0 ? 1 : 0);
    sum += i < kItems / 2 ? out.scores.back() : 0;
  }
  out.fitness = sum / (kItems / 2);
  return out;
}

// Two parents, a baseline, the start, two generations of four.
Archive archive() {
  Archive out;
  out.records = {record(1, Origin::parent, 0, 0.3), record(2, Origin::parent, 0, 0.4),
                 record(3, Origin::baseline, 0, 0.5), record(4, Origin::start, 0, 0.5)};
  for (std::uint32_t i = 0; i < 8; ++i)
    out.records.push_back(record(10 + i, Origin::optimizer, 1 + i / 4, 0.6));
  out.test_openings = 2;
  out.evaluations = 8;
  return out;
}

Values test_values(const Record& of) {
  return {of.scores.begin() + kItems / 2, of.scores.end()};
}

TEST(FinalReport, GoesByTheSealedItemsAndTheNamedParent) {
  const Archive run = archive();
  const Exam exam = example();
  const Result result = final_report(
      exam, run, {.parents = {0, 1}, .baselines = {2}, .winner = 9, .best_parent = 1, .best_baseline = 2});
  EXPECT_EQ(result.search_items, 30U);
  EXPECT_EQ(result.test_items, 30U);
  ASSERT_EQ(result.models.size(), 4U);
  EXPECT_EQ(result.models[3].name, "evolved");
  EXPECT_EQ(result.models[3].score.mean, eval::mean_of(test_values(run.records[9])));
  EXPECT_EQ(result.best_parent, "model 2");
  EXPECT_EQ(result.best_baseline, "model 3");
  const Values winner = test_values(run.records[9]);
  const std::vector<Values> parents = {test_values(run.records[0]), test_values(run.records[1])};
  const auto clusters = clusters_of(exam, items_of(exam, Side::test));
  EXPECT_EQ(result.gain.low, eval::bootstrap_difference(winner, parents[1], clusters, 0).low);
  EXPECT_EQ(result.lead.low, eval::bootstrap_lead(winner, parents, clusters, 0).low);
  EXPECT_LE(result.lead.low, result.gain.low);
  ASSERT_EQ(result.tasks.size(), 1U);
  EXPECT_EQ(result.tasks[0].change.mean, result.gain.mean);
  EXPECT_EQ(result.worst_task(), &result.tasks[0]);
  EXPECT_EQ(result.test_openings, 2U);
  EXPECT_EQ(result.test_set.size(), 64U);
  EXPECT_THAT(result.leaderboards, testing::ElementsAre("GSM8K (somewhere)"));
}

Values search_values(const Record& of) {
  return {of.scores.begin(), of.scores.begin() + kItems / 2};
}

TEST(SearchScore, IsCorrectedOverDistinctCandidatesAndTheLastGeneration) {
  Archive run = archive();
  run.records.push_back(run.records[11]);  // a repetition
  run.records.back().same_as = 11;
  const SearchScore score = search_score(run, example());
  std::vector<Values> all;
  std::vector<Values> last;
  double best = 0;
  for (std::size_t id = 3; id < 12; ++id) {
    all.push_back(search_values(run.records[id]));
    best = std::max(best, *run.records[id].fitness);
    if (id >= 8) last.push_back(all.back());
  }
  EXPECT_EQ(score.best, best);
  EXPECT_EQ(score.bias_corrected.estimate->mean, eval::bootstrap_bias_corrected(all, {}, 0).estimate->mean);
  EXPECT_EQ(score.empirical_bayes.estimate->mean, eval::empirical_bayes(last, {}).estimate->mean);
  EXPECT_LT(score.bias_corrected.estimate->mean, best);
}

TEST(SearchScore, IsNotAvailableWhereItsAssumptionsDoNotHold) {
  Archive run = archive();
  run.records[10].scores[3] = kMissing;  // a race dropped it
  SearchScore score = search_score(run, example());
  EXPECT_FALSE(score.empirical_bayes.estimate);
  EXPECT_EQ(score.empirical_bayes.reason, "3 of the last generation's 4 candidates were scored on all items");
  EXPECT_TRUE(score.bias_corrected.estimate);
  run.records.resize(3);  // no candidate at all
  score = search_score(run, example());
  EXPECT_FALSE(score.best);
  EXPECT_FALSE(score.bias_corrected.estimate);
  EXPECT_FALSE(score.empirical_bayes.estimate);
}

}  // namespace
}  // namespace tsugi::evolve
