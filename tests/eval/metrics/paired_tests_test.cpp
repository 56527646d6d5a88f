// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: statsmodels and scipy (tests/peers/make_statistics_golden.py), and worked numbers.
#include "eval/metrics/paired_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/support/recorded.h"

namespace tsugi::tests {
namespace {

using Values = std::vector<double>;

const nlohmann::json& golden() {
  static const nlohmann::json json = golden_json("statistics.json");
  return json;
}

TEST(PairedTests, DiscordantPairsAreCountedWhereScoresAreRightOrWrong) {
  const auto pairs = eval::discordant(Values{1, 0, 1, 1, 0}, Values{0, 1, 1, 0, 0});
  ASSERT_TRUE(pairs);
  EXPECT_EQ(pairs->wins, 2U);
  EXPECT_EQ(pairs->losses, 1U);
  EXPECT_FALSE(eval::discordant(Values{1, 0.5}, Values{1, 1}));
  EXPECT_THROW(eval::discordant(Values{1}, Values{1, 1}), std::runtime_error);
}

TEST(PairedTests, McnemarAsStatsmodels) {
  for (const auto& row : golden()["mcnemar"]) {
    const eval::Discordant pairs{.wins = row["wins"], .losses = row["losses"]};
    // lgamma of numbers up to 760 (6e3) is right to 1e-15 of itself, and so the exponent to 1e-11.
    const double exact = row["exact"];
    const double mid = row["mid"];
    EXPECT_NEAR(eval::mcnemar_exact(pairs), exact, 1e-11 * exact) << row;
    EXPECT_NEAR(eval::mcnemar_mid_p(pairs), mid, 1e-11 * exact) << row;
  }
  EXPECT_EQ(eval::mcnemar_exact({}), 1);
  EXPECT_EQ(eval::mcnemar_mid_p({}), 1);
}

TEST(PairedTests, SignFlipsAsScipysExactTest) {
  for (const auto& row : golden()["sign_flip"]) {
    const Values differences = row["differences"];
    const double p = row["p"];
    constexpr std::size_t kDraws = 40'000;
    const double error = std::sqrt(p * (1 - p) / kDraws);
    EXPECT_NEAR(eval::sign_flip_test(differences, {}, 3, kDraws), p, 4 * error + 1.0 / kDraws);
  }
}

// Whole clusters change sign: three clusters have 8 sign patterns, of which 2 are as far as the observed one.
TEST(PairedTests, SignsFlipByCluster) {
  const Values differences = {1, 1, 1, 1, 1, 1};
  const std::vector<std::size_t> cluster = {7, 7, 3, 3, 9, 9};
  constexpr std::size_t kDraws = 40'000;
  EXPECT_NEAR(eval::sign_flip_test(differences, cluster, 0, kDraws), 0.25,
              4 * std::sqrt(.25 * .75 / kDraws) + 1.0 / kDraws);
  EXPECT_EQ(eval::sign_flip_test(Values{0, 0}, {}, 0), 1);
  EXPECT_THROW(eval::sign_flip_test(differences, std::vector<std::size_t>{1}, 0), std::runtime_error);
}

TEST(PairedTests, HolmAsStatsmodels) {
  for (const auto& row : golden()["holm"]) {
    const Values adjusted = eval::holm(row["p"].get<Values>());
    const Values expected = row["adjusted"];
    ASSERT_EQ(adjusted.size(), expected.size());
    for (std::size_t i = 0; i < adjusted.size(); ++i) EXPECT_DOUBLE_EQ(adjusted[i], expected[i]) << row;
  }
  EXPECT_TRUE(eval::holm({}).empty());
}

}  // namespace
}  // namespace tsugi::tests
