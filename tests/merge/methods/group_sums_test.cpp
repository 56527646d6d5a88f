// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums that are made in groups of f32, against plain ones in f64.
#include "merge/steps/group_sums.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace tsugi::merge::steps {
namespace {

std::vector<float> normal(std::size_t count, std::uint32_t seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> of_value;
  std::vector<float> values(count);
  for (float& value : values) value = scale * of_value(random);
  return values;
}

double plain_squares(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

// Eight roundings to f32, of half a unit each, of what they belong to.
constexpr double kEightRoundings = 8 * 0x1p-24;

TEST(GroupSums, SquaresInGroups) {
  for (const std::size_t size : {0, 1, 31, 32, 33, 160, 1000, 1024}) {
    const std::vector<float> values = normal(size, 1);
    const double wanted = plain_squares(values);
    EXPECT_NEAR(squares(values), wanted, kEightRoundings * wanted) << size;
  }
}

// No processor fuses a product with its addition: straight from 16 bits none does.
TEST(GroupSums, SquaresAreRoundedBeforeTheyAreAdded) {
  const std::vector<float> values = normal(1024, 5);
  std::array<double, 16> sums{};
  for (std::size_t begin = 0; begin < values.size(); begin += 128) {
    for (std::size_t lane = 0; lane < 16; ++lane) {
      float sum = 0;
      for (std::size_t line = begin; line < begin + 128; line += 32) {
        for (const std::size_t i : {line + 2 * lane, line + 2 * lane + 1}) {
          const float square = values[i] * values[i];
          sum += square;
        }
      }
      sums[lane] += static_cast<double>(sum);
    }
  }
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  EXPECT_EQ(squares(values), sums[0]);
}

TEST(GroupSums, SquaresThatF32DoesNotHold) {
  for (const float scale : {1e-40F, 1e-25F, 1e25F}) {
    const std::vector<float> values = normal(1000, 2, scale);
    const double wanted = plain_squares(values);
    // In f64: a thousand additions, half a unit each.
    EXPECT_NEAR(squares(values), wanted, 1000 * 0x1p-53 * wanted) << scale;
  }
}

TEST(GroupSums, L1NormsInGroups) {
  for (const std::size_t size : {1, 31, 32, 33, 160, 1000, 1024}) {
    // Up to where eight magnitudes are beyond f32.
    for (const float scale : {1e-40F, 1.0F, 3e37F}) {
      const std::vector<float> x = normal(size, 3, scale);
      const std::vector<float> base = normal(size, 4, 0.1F * scale);
      std::vector<float> kept(size);
      double full = 0;
      double of_kept = 0;
      for (std::size_t i = 0; i < size; ++i) {
        const float delta = x[i] - base[i];
        if (i % 3 == 0) kept[i] = delta;
        full += std::fabs(static_cast<double>(delta));
        of_kept += std::fabs(static_cast<double>(kept[i]));
      }
      const L1Norms norms = l1_norms(x, base, kept);
      EXPECT_NEAR(norms.full, full, kEightRoundings * full) << size << " " << scale;
      EXPECT_NEAR(norms.kept, of_kept, kEightRoundings * of_kept) << size << " " << scale;
    }
  }
}

}  // namespace
}  // namespace tsugi::merge::steps
