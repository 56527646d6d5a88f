// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The probabilities are what is promised: least + (most - least) r / (c - 1) for rank r by a sort, whatever
// the row looks like, independently of all others.
#include "merge/steps/rank_mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace tsugi::merge::steps {
namespace {

std::vector<std::size_t> ranks_by_sort(const std::vector<float>& row) {
  std::vector<std::size_t> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return std::fabs(row[a]) < std::fabs(row[b]); });
  std::vector<std::size_t> ranks(row.size());
  for (std::size_t rank = 0; rank < row.size(); ++rank) ranks[order[rank]] = rank;
  return ranks;
}

struct Odds {
  double density;
  double epsilon;

  double at(std::size_t rank, std::size_t c) const {
    return density - epsilon + 2 * epsilon * static_cast<double>(rank) / static_cast<double>(c - 1);
  }
  RankedDraws draws(std::uint64_t key, std::uint64_t stride = 1) const {
    return {.key = key,
            .first = 977,
            .stride = stride,
            .least = rank_limit_of(density - std::fabs(epsilon)),
            .most = rank_limit_of(density + std::fabs(epsilon)),
            .rather_small = epsilon < 0};
  }
};

// Masks of so many keys: each element's share has a standard error of at most .5/100, and the largest of a
// few dozen errors is below 4.5 of them but once in ten thousand tests. Products of deviations of two
// elements are at most as wide.
constexpr std::uint64_t kKeys = 10000;
constexpr double kError = 4.5 * .5 / 100;

void expect_probabilities(const std::vector<float>& row, const Odds& odds, std::uint64_t stride = 1) {
  const std::size_t c = row.size();
  const auto ranks = ranks_by_sort(row);
  std::vector<double> share(c);
  std::vector<double> with_next(c);  // covariances
  std::vector<double> with_far(c);
  for (std::uint64_t key = 0; key < kKeys; ++key) {
    std::vector<float> kept = row;
    keep_by_rank(kept, odds.draws(mask_key(key, 0, "w"), stride));
    const auto deviation = [&](std::size_t i) {
      return static_cast<double>(kept[i] != 0) - odds.at(ranks[i], c);
    };
    for (std::size_t i = 0; i < c; ++i) {
      ASSERT_TRUE(kept[i] == 0 || kept[i] == row[i]);
      share[i] += static_cast<double>(kept[i] != 0) / kKeys;
      with_next[i] += deviation(i) * deviation((i + 1) % c) / kKeys;
      with_far[i] += deviation(i) * deviation((i + c / 2) % c) / kKeys;
    }
  }
  for (std::size_t i = 0; i < c; ++i) {
    EXPECT_NEAR(share[i], odds.at(ranks[i], c), kError) << i << " of rank " << ranks[i];
    EXPECT_NEAR(with_next[i], 0, kError) << i;
    if (c <= 3) continue;
    EXPECT_NEAR(with_far[i], 0, kError) << i;
  }
}

std::vector<float> normal(std::size_t n, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution(0, 1e-3F);
  std::vector<float> row(n);
  for (float& value : row) value = distribution(random);
  return row;
}

TEST(KeepByRank, KeepsEachRankWithItsProbability) {
  for (const Odds odds : {Odds{.5, .15}, Odds{.5, .49}, Odds{.3, .001}, Odds{.2, 0}, Odds{.4, -.3}}) {
    for (const std::size_t c : {2, 3, 37}) expect_probabilities(normal(c, 5), odds);
    expect_probabilities(normal(37, 6), odds, 7);
  }
}

TEST(KeepByRank, RanksEqualMagnitudesByPlace) {
  std::vector<float> row(31, -.25F);
  expect_probabilities(row, {.5, .4});
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i % 3 == 0 ? 2.0F : -1.0F;
  expect_probabilities(row, {.5, .4});
}

TEST(KeepByRank, OrderedRowsAndOutliers) {
  std::vector<float> row(31);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(1 + i);
  expect_probabilities(row, {.5, .4});
  std::reverse(row.begin(), row.end());
  row[7] = std::numeric_limits<float>::max();
  row[8] = -std::numeric_limits<float>::infinity();
  row[9] = std::numeric_limits<float>::denorm_min();
  expect_probabilities(row, {.5, .4});
}

// The k-th of c - 1 equal parts of the draws between the limits asks for another element for each k, to its
// very ends.
TEST(Rival, IsEachOtherElementOnce) {
  for (const RankedDraws& draws :
       {Odds{.5, .15}.draws(1), Odds{.5, .499}.draws(1), RankedDraws{.least = 0, .most = 1U << 31}}) {
    const std::uint64_t width = draws.most - draws.least;
    for (const std::uint64_t c : {2, 3, 10, 2048, 5632}) {
      const Rival rival(c, draws);
      for (const std::uint64_t place : {std::uint64_t{0}, c / 2, c - 1}) {
        std::vector<int> seen(c);
        for (std::uint64_t k = 0; k + 1 < c; ++k) {
          // One draw at either end of a part may round to its neighbour.
          const std::uint64_t begin = k * width / (c - 1) + (k == 0 ? 0 : 2);
          const std::uint64_t end = (k + 1) * width / (c - 1) - (k + 2 == c ? 0 : 1);
          const std::size_t first = rival.of(place, static_cast<std::uint32_t>(begin));
          ++seen.at(first);
          ASSERT_EQ(rival.of(place, static_cast<std::uint32_t>(end - 1)), first) << c << " " << k;
        }
        for (std::uint64_t i = 0; i < c; ++i) ASSERT_EQ(seen[i], i == place ? 0 : 1) << c << " " << place;
      }
    }
  }
}

}  // namespace
}  // namespace tsugi::merge::steps
