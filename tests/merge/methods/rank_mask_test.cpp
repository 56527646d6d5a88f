// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Against a sort of the row and a look at every draw.
#include "merge/steps/rank_mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "merge/steps/random_mask.h"

namespace tsugi::merge::steps {
namespace {

std::vector<float> kept_by_sort(std::vector<float> row, const RankedDraws& draws) {
  std::vector<std::size_t> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return std::fabs(row[a]) < std::fabs(row[b]); });
  for (std::size_t rank = 0; rank < row.size(); ++rank) {
    const std::size_t place = order[rank];
    const double probability = draws.least + static_cast<double>(rank) * draws.step;
    if (draw(draws.key, draws.first + place * draws.stride) >= probability * kDraws) row[place] = 0;
  }
  return row;
}

void expect_exact(const std::vector<float>& row, double density, double epsilon, std::uint64_t stride = 1) {
  const double last = std::max<double>(1, static_cast<double>(row.size()) - 1);
  const RankedDraws draws{.key = 0x1234567 * row.size(),
                          .first = 977,
                          .stride = stride,
                          .least = density - epsilon,
                          .step = 2 * epsilon / last};
  std::vector<float> ours = row;
  keep_by_rank(ours, draws);
  EXPECT_EQ(ours, kept_by_sort(row, draws)) << row.size() << " " << density << " " << epsilon;
}

std::vector<float> normal(std::size_t n, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution(0, 1e-3F);
  std::vector<float> row(n);
  for (float& value : row) value = distribution(random);
  return row;
}

TEST(KeepByRank, AgreesWithASort) {
  for (const std::size_t n : {1, 2, 100, 127, 128, 129, 1000, 2048, 5632, 70001}) {
    const std::vector<float> row = normal(n, static_cast<std::uint32_t>(n));
    for (const auto& [density, epsilon] : {std::pair(.5, .15), {.5, .49}, {.3, .001}, {.9, .05}, {.2, 0.}}) {
      expect_exact(row, density, epsilon);
      expect_exact(row, density, epsilon, 7);
    }
  }
}

TEST(KeepByRank, AgreesWithASortOfEqualMagnitudes) {
  std::vector<float> row = normal(3000, 1);
  for (float& value : row) value = std::round(value * 2000) / 2000;  // a dozen values, most of them 0
  expect_exact(row, .5, .2);
  expect_exact(std::vector<float>(3000, -.25F), .5, .2);
  expect_exact(std::vector<float>(3000, 0), .5, .2);
  expect_exact(std::vector<float>(3000, std::numeric_limits<float>::denorm_min()), .5, .2);
}

TEST(KeepByRank, AgreesWithASortBesideOutliers) {
  std::vector<float> row = normal(3000, 2);
  row[77] = 1;  // a thousand times the others
  expect_exact(row, .5, .2);
  row[78] = std::numeric_limits<float>::max();
  expect_exact(row, .5, .2);
  row[79] = -std::numeric_limits<float>::infinity();
  expect_exact(row, .5, .2);
}

}  // namespace
}  // namespace tsugi::merge::steps
