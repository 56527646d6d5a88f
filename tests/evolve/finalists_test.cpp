// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/finalists.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace tsugi::evolve {
namespace {

using Ids = std::vector<std::size_t>;

TEST(Finalists, TheMeanComesFirstThenTheBestBySearchScore) {
  const Contender mean{.id = 9, .recipe = "mean", .fitness = 0.1};
  const std::vector<Contender> others = {{0, "a", 0.3}, {1, "b", 0.7}, {2, "c", 0.5}};
  EXPECT_EQ(name_finalists(mean, others), (Ids{9, 1, 2, 0}));
}

TEST(Finalists, FailedOnesAndRepeatedRecipesAreLeftOutAndTiesGoToTheEarlier) {
  const Contender mean{.id = 9, .recipe = "b", .fitness = 0.7};
  const std::vector<Contender> others = {
      {0, "a", 0.5}, {1, "b", 0.7}, {2, "c", std::nullopt}, {3, "d", 0.5}, {4, "a", 0.5}};
  EXPECT_EQ(name_finalists(mean, others), (Ids{9, 0, 3}));
}

TEST(Finalists, TenAtMostTheMeanAmongThem) {
  std::vector<Contender> others;
  for (std::size_t i = 0; i < 30; ++i) others.push_back({i, std::to_string(i), static_cast<double>(i)});
  const Ids named = name_finalists(Contender{.id = 99, .recipe = "mean", .fitness = 0}, others);
  ASSERT_EQ(named.size(), 10U);
  EXPECT_EQ(named.front(), 99U);
  EXPECT_EQ(named.back(), 21U);
}

TEST(Finalists, AFailedMeanLeavesTheFieldToTheOthers) {
  const std::vector<Contender> others = {{0, "a", 0.5}, {1, "b", 0.7}};
  EXPECT_EQ(name_finalists(Contender{.id = 9, .recipe = "mean", .fitness = std::nullopt}, others),
            (Ids{1, 0}));
  EXPECT_EQ(name_finalists(std::nullopt, others), (Ids{1, 0}));
  EXPECT_TRUE(name_finalists(std::nullopt, {}).empty());
}

// n items of which the first `better` differ in the challenger's favour. With d = better / n the sample
// standard error of the paired difference is sqrt(d (1 - d) / (n - 1)): 1 of 100 gives d = 0.01 and SE = 0.01
// exactly, 2 of 100 gives 0.02 and 0.01407.
std::vector<std::vector<double>> pair_with(std::size_t better) {
  std::vector<double> incumbent(100, 0.0);
  std::vector<double> challenger(100, 0.0);
  for (std::size_t i = 0; i < better; ++i) challenger[i] = 1;
  return {incumbent, challenger};
}

TEST(Winner, TheFirstWinsUnlessBeatenByOnePairedStandardError) {
  EXPECT_EQ(choose_winner(pair_with(0)), 0U);
  EXPECT_EQ(choose_winner(pair_with(2)), 1U);
  auto noisy = pair_with(10);
  for (std::size_t i = 20; i < 28; ++i) noisy[0][i] = 1;  // 10 against 8 items: d = 0.02, SE = 0.042
  EXPECT_EQ(choose_winner(noisy), 0U);
}

TEST(Winner, OfSeveralThatBeatTheFirstTheHighestMeanWins) {
  auto rows = pair_with(5);
  rows.push_back(pair_with(9)[1]);
  rows.push_back(pair_with(9)[1]);
  EXPECT_EQ(choose_winner(rows), 2U);  // the earlier of equals
}

TEST(Winner, AHigherMeanWithinTheErrorDoesNotHideAnotherBeyondIt) {
  std::vector<double> first(100, 0.0);
  std::vector<double> steady(100, 0.0);
  std::vector<double> wild(100, 0.0);
  for (std::size_t i = 0; i < 4; ++i) steady[i] = 1;                        // d = 0.04, SE = 0.0197
  for (std::size_t i = 0; i < 100; ++i) wild[i] = i % 2 == 0 ? 1.1 : -1.0;  // d = 0.05, SE = 0.106
  EXPECT_EQ(choose_winner(std::vector<std::vector<double>>{first, wild, steady}), 2U);
}

TEST(Winner, NobodyIsAnError) {
  EXPECT_THROW(choose_winner({}), std::runtime_error);
  EXPECT_THROW(choose_best({}), std::runtime_error);
}

TEST(Best, IsTheHighestMeanTheEarlierOfEquals) {
  EXPECT_EQ(choose_best(std::vector<std::vector<double>>{{0, 1}, {1, 1}, {1, 1}}), 1U);
}

}  // namespace
}  // namespace tsugi::evolve
