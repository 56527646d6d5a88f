// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/input_error.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> karcher(const std::vector<std::vector<float>>& models, const Numbers& global = {}) {
  return run_method("karcher", {.models = models, .global = global, .per_model = {}});
}

std::vector<float> times(const std::vector<float>& x, float factor) {
  std::vector<float> out(x);
  for (float& value : out) value *= factor;
  return out;
}

TEST(Karcher, OfTwo) {
  expect_near(karcher({kM1, kP}), {.5431838, -.2683065, -.4780785, 1.6308657, -.2058295, -.2702777});
}

TEST(Karcher, OfThree) {
  expect_near(karcher({kM1, kP, kM2}), {.5326662, -.3879616, -.2505400, 1.9004527, -.2230971, -.5002902});
  expect_near(karcher({kM1, kP, kM2}, {{"max_iter", 200}, {"tol", 1e-13}}),
              {.5326728, -.3879684, -.2505493, 1.9004505, -.2230913, -.5002841});
}

TEST(Karcher, TheOnlyModelComesBackAsItIs) {
  EXPECT_EQ(karcher({kM1}), kM1);
}

TEST(Karcher, ZerosGiveTheirLengthAlone) {
  const std::vector<float> zeros(6, 0);
  EXPECT_EQ(karcher({zeros, zeros}), zeros);
  std::vector<double> half(kM1.begin(), kM1.end());
  for (double& value : half) value *= .5;
  expect_near(karcher({kM1, zeros}), half);
}

// mergekit starts at the first model there, and goes where rounding leads.
TEST(Karcher, OppositeModelsAreRefused) {
  EXPECT_EQ(message_of([] {
              karcher({kM1, times(kM1, -2)});
            }),
            "w: the directions of its inputs cancel out, so that karcher has no mean to start from; leave "
            "out one of "
            "the models");
}

// Two of three parallel, the third opposite: the mean is the direction of the two, and the third has no say
// in it.
TEST(Karcher, AModelOppositeToTheMeanGivesItsLengthAlone) {
  std::vector<double> expected(kM1.begin(), kM1.end());
  for (double& value : expected) value *= (1 + 2 + 3) / 3.0;
  expect_near(karcher({kM1, times(kM1, 2), times(kM1, -3)}), expected, 2 * kGoldenTolerance);
}

TEST(Karcher, TakesNoToleranceAtAll) {
  expect_near(karcher({kM1, kM1}, {{"tol", 0}}), {kM1.begin(), kM1.end()});
}

}  // namespace
}  // namespace tsugi::tests
