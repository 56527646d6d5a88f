// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: the rule worked by hand, and the majority attack as it was simulated apart from this code
// (means of 40 attacks, each with its own random labels).
#include "eval/holdout/ladder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

namespace tsugi::tests {
namespace {

using eval::Ladder;
using Values = std::vector<double>;

/// Zeros with ones at [begin, end).
Values ones(std::size_t count, std::size_t begin, std::size_t end) {
  Values values(count, 0.0);
  for (std::size_t i = begin; i < end; ++i) values[i] = 1;
  return values;
}

// With d of 100 items gained and none lost, the paired standard error is sqrt(d (1 - d) / 99), d in shares:
// 2 items give 0.0141, below the gain of 0.02; doubled it is above.
TEST(Ladder, ReleasesWhatIsBetterByAStandardErrorOfThePairedDifference) {
  Ladder plain;
  EXPECT_FALSE(plain.released());
  EXPECT_DOUBLE_EQ(plain.ask(ones(100, 0, 50)), 0.5);
  EXPECT_DOUBLE_EQ(plain.ask(ones(100, 0, 52)), 0.52);
  EXPECT_DOUBLE_EQ(plain.ask(ones(100, 0, 40)), 0.52);
  EXPECT_DOUBLE_EQ(plain.ask(ones(100, 45, 100)), 0.52)
      << "gains 48 and loses 45: a standard error of 9.7 items";
  EXPECT_EQ(plain.queries(), 4U);
  EXPECT_EQ(plain.releases(), 2U);

  Ladder strict(2);
  strict.ask(ones(100, 0, 50));
  EXPECT_DOUBLE_EQ(strict.ask(ones(100, 0, 52)), 0.5);
  EXPECT_DOUBLE_EQ(strict.ask(ones(100, 0, 55)), 0.55) << "0.05 against 2 x 0.0219";
}

TEST(Ladder, TheFirstIsReleasedHoweverBadAndEqualsAreNot) {
  Ladder ladder;
  EXPECT_DOUBLE_EQ(ladder.ask(Values{-1, -1, 0}), -2.0 / 3);
  EXPECT_DOUBLE_EQ(ladder.ask(Values{-1, -1, 0}), -2.0 / 3);
  EXPECT_EQ(ladder.releases(), 1U);
}

TEST(Ladder, RoundsToAMultipleOfOneItem) {
  Ladder ladder;
  EXPECT_DOUBLE_EQ(ladder.ask(Values{0.3, 0.3, 0.3, 0.4}), 0.25);  // 0.325 of 4 items is 1.3 of them
}

TEST(Ladder, OtherItemsAreRefused) {
  Ladder ladder;
  EXPECT_THROW(ladder.ask(Values{}), std::runtime_error);
  ladder.ask(Values{0, 1});
  EXPECT_THROW(ladder.ask(Values{0, 1, 1}), std::runtime_error);
}

/// What an attack got: the majority's accuracy on the holdout, whose truth is 1/2, and the highest value the
/// interface told.
struct Gain {
  double majority = 0;
  double released = 0;
};

/// k random label vectors are asked about; the majority is taken of those the interface called better than
/// chance (without a ladder) or released anew (with one).
Gain attack(std::size_t items, std::size_t queries, std::optional<double> strictness, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto labels = [&] {
    Values drawn(items);
    for (double& label : drawn) label = static_cast<double>(random() >> 31U);
    return drawn;
  };
  const Values truth = labels();
  Ladder ladder(strictness.value_or(0));
  Values votes(items, 0.0);
  Gain gain;
  for (std::size_t q = 0; q < queries; ++q) {
    const Values guess = labels();
    Values right(items);
    for (std::size_t i = 0; i < items; ++i) right[i] = guess[i] == truth[i] ? 1 : 0;
    const std::size_t before = ladder.releases();
    const double mean = std::accumulate(right.begin(), right.end(), 0.0) / static_cast<double>(items);
    const double told = strictness ? ladder.ask(right) : mean;
    gain.released = std::max(gain.released, told);
    if (strictness ? ladder.releases() == before : told <= 0.5) continue;
    for (std::size_t i = 0; i < items; ++i) votes[i] += guess[i] == 1 ? 1 : -1;
  }
  const Values coin = labels();  // where the votes tie
  for (std::size_t i = 0; i < items; ++i) {
    const double voted = votes[i] == 0 ? coin[i] : votes[i] > 0 ? 1 : 0;
    gain.majority += voted == truth[i] ? 1 / static_cast<double>(items) : 0;
  }
  return gain;
}

struct Expected {
  std::size_t items;
  std::size_t queries;
  std::optional<double> strictness;
  double majority;
  std::optional<double> released;
};

TEST(Ladder, HoldsAgainstTheMajorityAttackThatBreaksARawHoldout) {
  const std::vector<Expected> table = {{250, 300, std::nullopt, .742, std::nullopt},
                                       {250, 300, 1, .547, .577},
                                       {250, 300, 2, .524, .552},
                                       {250, 1000, std::nullopt, .876, std::nullopt},
                                       {250, 1000, 1, .559, .587},
                                       {250, 1000, 2, .535, .578},
                                       {1069, 1000, std::nullopt, .704, std::nullopt},
                                       {1069, 1000, 1, .522, .542},
                                       {1069, 1000, 2, .516, .533}};
  constexpr std::uint32_t kRuns = 40;
  for (const Expected& row : table) {
    Values majority;
    Values released;
    for (std::uint32_t run = 0; run < kRuns; ++run) {
      const Gain gain = attack(row.items, row.queries, row.strictness, 1000 + run);
      majority.push_back(gain.majority);
      released.push_back(gain.released);
    }
    // Both sides are means of 40 runs: three standard errors of their difference, and half of the last digit.
    const auto expect_near = [&](const Values& values, double expected) {
      const double mean = std::accumulate(values.begin(), values.end(), 0.0) / kRuns;
      double squares = 0;
      for (const double value : values) squares += (value - mean) * (value - mean);
      const double error = std::sqrt(2 * squares / (kRuns - 1) / kRuns);
      EXPECT_NEAR(mean, expected, 3 * error + 0.0005)
          << row.items << ' ' << row.queries << ' ' << row.strictness.value_or(0);
    };
    expect_near(majority, row.majority);
    if (row.released) expect_near(released, *row.released);
  }
}

}  // namespace
}  // namespace tsugi::tests
