// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: plain item-by-item references in numpy (tests/peers/make_statistics_golden.py), and a
// simulation whose truth is known.
#include "eval/metrics/selection_bias.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "merge/parallel.h"
#include "tests/support/recorded.h"

namespace tsugi::tests {
namespace {

using eval::Corrected;
using Rows = std::vector<std::vector<double>>;

const nlohmann::json& golden() {
  static const nlohmann::json json = golden_json("statistics.json")["best_of_many"];
  return json;
}

TEST(SelectionBias, OutOfBagScoresAsThePlainReference) {
  for (const auto& row : golden()) {
    constexpr std::size_t kDraws = 4'000;
    const Corrected seen = eval::bootstrap_bias_corrected(
        row["rows"].get<Rows>(), row["cluster"].get<std::vector<std::size_t>>(), 1, kDraws);
    ASSERT_TRUE(seen.estimate);
    // Both sides are means of random resamples.
    const auto& expected = row["bias_corrected"];
    const double deviation = expected["deviation"];
    EXPECT_NEAR(seen.estimate->mean, expected["mean"].get<double>(),
                4 * std::hypot(expected["error"].get<double>(), deviation / std::sqrt(kDraws)));
    EXPECT_LT(seen.estimate->low, seen.estimate->mean);
    EXPECT_GT(seen.estimate->high, seen.estimate->mean);
    EXPECT_LE(seen.estimate->mean, row["best"].get<double>() + 0.01);
  }
}

TEST(SelectionBias, ShrinkageAsThePlainReference) {
  for (const auto& row : golden()) {
    const Corrected seen =
        eval::empirical_bayes(row["rows"].get<Rows>(), row["cluster"].get<std::vector<std::size_t>>());
    ASSERT_TRUE(seen.estimate);
    const auto& expected = row["empirical_bayes"];
    EXPECT_NEAR(seen.estimate->mean, expected["mean"].get<double>(), 1e-12);  // sums of 10,000 terms below 1
    EXPECT_NEAR(seen.estimate->low, expected["low"].get<double>(), 1e-10);    // and roots of such differences
    EXPECT_NEAR(seen.estimate->high, expected["high"].get<double>(), 1e-10);
  }
}

/// 30 candidates of equal worth, 0.5, answer 200 items; the best by luck stands out by 2.0 standard errors,
/// which is 7 points.
Rows equals(std::uint32_t seed) {
  std::mt19937 random(seed);
  Rows rows(30, std::vector<double>(200));
  for (std::vector<double>& row : rows) {
    for (double& value : row) value = static_cast<double>(random() >> 31U);
  }
  return rows;
}

TEST(SelectionBias, TakesLuckAwayWhereAllCandidatesAreEqual) {
  constexpr int kRuns = 20;
  double best = 0;
  double bagged = 0;
  double shrunk = 0;
  for (std::uint32_t run = 0; run < kRuns; ++run) {
    const Rows rows = equals(run);
    double most = 0;
    for (const auto& row : rows) most = std::max(most, eval::mean_of(row));
    best += most / kRuns;
    bagged += eval::bootstrap_bias_corrected(rows, {}, run, 200).estimate->mean / kRuns;
    shrunk += eval::empirical_bayes(rows, {}).estimate->mean / kRuns;
  }
  // One score has a standard error of 0.0354; the mean of 20 runs' best-of-30 is within 0.01 of 0.5 + 2.04 x
  // 0.0354, and each estimate, whose own spread is no larger, within 4 x 0.0354 / sqrt(20) of the truth.
  EXPECT_NEAR(best, 0.572, 0.01);
  EXPECT_NEAR(bagged, 0.5, 0.032);
  EXPECT_NEAR(shrunk, 0.5, 0.032);
}

TEST(SelectionBias, OneAndTwoThreadsGiveTheSame) {
  const Rows rows = equals(7);
  std::vector<eval::Estimate> seen;
  for (const std::size_t threads : {1, 2}) {
    merge::ThreadPool pool(threads);
    pool.run([&] { seen.push_back(*eval::bootstrap_bias_corrected(rows, {}, 5).estimate); });
  }
  EXPECT_EQ(seen[0].mean, seen[1].mean);
  EXPECT_EQ(seen[0].low, seen[1].low);
}

TEST(SelectionBias, SaysWhyThereIsNone) {
  EXPECT_THAT(eval::bootstrap_bias_corrected(Rows{{1, 0}}, {}, 0).reason,
              testing::StartsWith("1 candidate was scored on all items, at least 2 needed"));
  const std::vector<std::size_t> two = {0, 1};
  EXPECT_THAT(eval::empirical_bayes({}, two).reason, testing::HasSubstr("0 candidates were"));
  EXPECT_THAT(eval::empirical_bayes(Rows{{1, 0}, {0, 0}}, {}).reason, testing::HasSubstr("at least 3"));
  const std::vector<std::size_t> one = {4, 4};
  EXPECT_EQ(eval::bootstrap_bias_corrected(Rows{{1, 0}, {0, 1}}, one, 0).reason,
            "all items are of one cluster");
  EXPECT_FALSE(eval::bootstrap_bias_corrected(Rows{{1, 0}, {0, 1}}, one, 0).estimate);
}

}  // namespace
}  // namespace tsugi::tests
