// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace tsugi::evolve {
namespace {

constexpr std::size_t kDraws = 200'000;

TEST(Random, ANumberIsAFunctionOfItsKeyAlone) {
  EXPECT_EQ(random_bits({1, 2, 3, 4}), random_bits({1, 2, 3, 4}));
  std::set<std::uint64_t> seen;
  for (std::size_t part = 0; part < 4; ++part) {
    for (std::size_t value = 1; value < 50; ++value) {
      std::size_t key[4] = {0, 0, 0, 0};
      key[part] = value;
      seen.insert(random_bits({key[0], key[1], key[2], key[3]}));
    }
  }
  EXPECT_EQ(seen.size(), 4 * 49U);  // which part of the key differs matters too
}

TEST(Random, UniformHasTheMomentsOfTheUniformDistribution) {
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const double u = uniform({42, 0, i, 0});
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  const double n = kDraws;
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));          // five standard errors
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));  // var(u^2) = 1/5 - 1/9
}

TEST(Random, NormalHasTheMomentsAndTailsOfTheNormalDistribution) {
  double sum = 0;
  double squares = 0;
  double fourth = 0;
  double neighbours = 0;
  std::size_t beyond_two = 0;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const double z = normal({7, 3, i / 10, i % 10});
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
    neighbours += z * normal({7, 3, i / 10, i % 10 + 1});
    if (std::abs(z) > 2) ++beyond_two;
  }
  const double n = kDraws;
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));          // five standard errors each
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2 / n));  // var(z^2) = 2
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96 / n));  // var(z^4) = 105 - 9
  EXPECT_NEAR(neighbours / n, 0, 5 / std::sqrt(n));   // independent coordinates
  const double tail = std::erfc(2 / std::sqrt(2.0));
  EXPECT_NEAR(static_cast<double>(beyond_two) / n, tail, 5 * std::sqrt(tail / n));
}

}  // namespace
}  // namespace tsugi::evolve
