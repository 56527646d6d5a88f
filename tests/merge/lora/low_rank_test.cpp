// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/lora/low_rank.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace tsugi::merge {
namespace {

RowSource source_of(const std::vector<float>& values, std::size_t columns) {
  return {.rows = values.size() / columns,
          .columns = columns,
          .read = [&values, columns](std::size_t begin, std::size_t count, std::span<float> out) {
            std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(begin * columns), count * columns,
                        out.begin());
          }};
}

std::vector<double> product(const LowRank& factors, std::size_t rows, std::size_t columns) {
  std::vector<double> values(rows * columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t k = 0; k < factors.rank; ++k) {
        values[i * columns + j] += static_cast<double>(factors.left[i * factors.rank + k]) *
                                   static_cast<double>(factors.right[k * columns + j]);
      }
    }
  }
  return values;
}

double squares(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

double distance(const std::vector<double>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

// Values in [-1, 1) by Knuth's multiplicative hash: no structure a decomposition could profit from.
std::vector<float> noise(std::size_t count, std::uint32_t seed) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t z = (static_cast<std::uint32_t>(i) + seed * 7919U) * 2654435761U;
    z = (z ^ (z >> 15)) * 2246822519U;
    values[i] = static_cast<float>(static_cast<std::int32_t>(z ^ (z >> 13))) * 0x1p-31F;
  }
  return values;
}

// The specification's worked example (section 8), in both orientations.
const std::vector<float> kGolden{.125F, -.25F, 0, -.5F, .375F, .0625F};
const std::vector<float> kGoldenTransposed{.125F, -.5F, -.25F, .375F, 0, .0625F};
const std::vector<double> kRankOne{.1937075, -.1678209, -.0219594, -.4717901, .4087411, .0534839};
constexpr double kPrinted = 5e-8 + 1e-7;  // half a unit of the 7 decimals, and f32 factors of size 1

TEST(LowRank, GoldenOfTheSpecification) {
  for (const SvdKind kind : {SvdKind::exact, SvdKind::randomised}) {
    const LowRank one = factorise(source_of(kGolden, 3), {.most = 1}, kind);
    ASSERT_EQ(one.rank, 1u);
    EXPECT_NEAR(one.singular_values[0], .6772624, kPrinted);
    const std::vector<double> seen = product(one, 2, 3);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(seen[i], kRankOne[i], kPrinted) << i;
    const LowRank both = factorise(source_of(kGolden, 3), {.most = 9}, kind);
    ASSERT_EQ(both.rank, 2u);
    EXPECT_NEAR(both.singular_values[1], .1182028, kPrinted);
    EXPECT_NEAR(distance(product(both, 2, 3), kGolden), 0, 1e-6);
    EXPECT_NEAR(one.energy_share(), .6772624 * .6772624 / squares(kGolden), 1e-6);
  }
  const LowRank turned = factorise(source_of(kGoldenTransposed, 2), {.most = 1}, SvdKind::exact);
  const std::vector<double> seen = product(turned, 3, 2);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(seen[i], kRankOne[i % 2 * 3 + i / 2], kPrinted) << i;
}

TEST(LowRank, LargestEntryOfEveryColumnOfUIsPositive) {
  const std::vector<float> values = noise(30 * 20, 1);
  for (const SvdKind kind : {SvdKind::exact, SvdKind::randomised}) {
    const LowRank factors = factorise(source_of(values, 20), {.most = 20}, kind);
    for (std::size_t k = 0; k < factors.rank; ++k) {
      float largest = 0;
      for (std::size_t i = 0; i < 30; ++i) {
        const float value = factors.left[i * factors.rank + k];
        if (std::fabs(value) > std::fabs(largest)) largest = value;
      }
      EXPECT_GT(largest, 0) << k;
    }
  }
}

TEST(LowRank, RulesChooseTheRank) {
  std::vector<float> diagonal(16);
  for (std::size_t i = 0; i < 4; ++i) diagonal[i * 5] = static_cast<float>(4 - i);  // squares 16 9 4 1: 30
  const RowSource source = source_of(diagonal, 4);
  EXPECT_EQ(factorise(source, {.most = 3}).rank, 3u);
  EXPECT_EQ(factorise(source, {.most = 9, .energy = 25.0 / 30 - 1e-9}).rank, 2u);
  EXPECT_EQ(factorise(source, {.most = 9, .energy = 25.0 / 30 + 1e-9}).rank, 3u);
  EXPECT_EQ(factorise(source, {.most = 9, .energy = 1, .threshold = 1.5}).rank, 3u);
  EXPECT_EQ(factorise(source, {.most = 9, .energy = 1, .threshold = 5}).rank, 0u);
  EXPECT_DOUBLE_EQ(factorise(source, {.most = 2}).energy_share(), 25.0 / 30);
}

TEST(LowRank, ZeroSingularValuesAreNotKept) {
  std::vector<float> values = noise(40, 3);  // [40, 30] of rank 1
  std::vector<float> outer(40 * 30);
  for (std::size_t i = 0; i < 40; ++i) {
    for (std::size_t j = 0; j < 30; ++j)
      outer[i * 30 + j] = std::round(values[i] * 64) * std::round(values[j] * 64);
  }
  EXPECT_EQ(factorise(source_of(outer, 30), {.most = 8}, SvdKind::exact).rank, 1u);
  EXPECT_EQ(factorise(source_of(std::vector<float>(12), 3), {.most = 8}).rank, 0u);
  EXPECT_EQ(factorise(source_of(std::vector<float>(12), 3), {.most = 8}, SvdKind::randomised).rank, 0u);
}

// Several blocks of rows on both sides: what the factors miss is what the energy says they miss, for a matrix
// taller and one wider than long.
TEST(LowRank, ErrorIsWhatTheEnergySays) {
  struct Case {
    std::size_t rows;
    std::size_t columns;
    SvdKind kind;
  };
  for (const Case& given : {Case{36'000, 60, SvdKind::exact}, Case{36'000, 60, SvdKind::randomised},
                            Case{40, 140'000, SvdKind::exact}}) {
    const std::vector<float> values = noise(given.rows * given.columns, 5);
    const LowRank factors = factorise(source_of(values, given.columns), {.most = 5}, given.kind);
    const double all = squares(values);
    const double missing = distance(product(factors, given.rows, given.columns), values);
    EXPECT_NEAR(factors.energy_all / all, 1, 1e-12);
    EXPECT_NEAR(missing * missing / all, 1 - factors.energy_share(), 1e-6);  // f32 factors
  }
}

// White noise is the hardest case for the randomised finder: all singular values are nearly equal. Halko,
// Martinsson and Tropp's corollary 10.10 bounds the excess of the spectral norm by a factor of
// (1 + sqrt(..))^(1/7); in energy it is far less than these 5 %.
TEST(LowRank, RandomisedComesCloseToExact) {
  const std::vector<float> values = noise(300 * 200, 9);
  const double exact = factorise(source_of(values, 200), {.most = 20}, SvdKind::exact).energy_share();
  const double random = factorise(source_of(values, 200), {.most = 20}, SvdKind::randomised).energy_share();
  EXPECT_LE(random, exact + 1e-12);
  EXPECT_GT(random, 0.95 * exact);
}

}  // namespace
}  // namespace tsugi::merge
