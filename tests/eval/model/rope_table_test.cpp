// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/rope_table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tsugi::eval {
namespace {

TEST(RopeTable, AnglesArePositionTimesFrequency) {
  const RopeTable table(plain_rope(32, 10000), 600);
  for (const std::size_t position : {0U, 1U, 63U, 599U}) {
    for (std::size_t i = 0; i < 16; ++i) {
      const double angle =
          static_cast<double>(position) * std::pow(10000.0, -static_cast<double>(2 * i) / 32);
      // Frequency and angle are each rounded twice in f32, and so is the result once.
      const double tolerance = 1.2e-7 * (2 * angle + 1);
      EXPECT_NEAR(static_cast<double>(table.cosine(position)[i]), std::cos(angle), tolerance);
      EXPECT_NEAR(static_cast<double>(table.sine(position)[i]), std::sin(angle), tolerance);
    }
  }
}

// torch 2.13: inv = 1.0 / (10000.0 ** (torch.arange(0, 32, 2, dtype=torch.int64).float() / 32)); (inv *
// 511.0).double().cos().float()[i].
TEST(RopeTable, RoundsWhereTheReferenceRounds) {
  const RopeTable table(plain_rope(32, 10000), 512);
  EXPECT_EQ(table.cosine(511)[0], -0.471678883F);
  EXPECT_EQ(table.cosine(511)[1], -0.0991498306F);
  EXPECT_EQ(table.cosine(511)[2], -0.198306397F);
  EXPECT_EQ(table.cosine(511)[5], -0.89547205F);
  EXPECT_EQ(table.cosine(511)[9], -0.96429491F);
}

}  // namespace
}  // namespace tsugi::eval
