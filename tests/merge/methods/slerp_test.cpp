// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> slerp(const std::vector<float>& base, const std::vector<float>& other, double t) {
  return run_method("slerp", {.base = base, .models = {other}, .global = {{"t", t}}, .per_model = {}});
}

std::vector<float> times(const std::vector<float>& x, float factor) {
  std::vector<float> out(x);
  for (float& value : out) value *= factor;
  return out;
}

TEST(Slerp, FollowsTheArc) {
  expect_near(slerp(kM1, kP, .25), {.6359087, -.9250290, -.0404067, 1.6648963, .1561327, -.5607842});
  expect_near(slerp(kM1, kM2, .5), {.5451507, -.9940984, .3206769, 1.9240614, .0962031, -.8658276});
}

TEST(Slerp, ParallelAndOppositeTensorsAreInterpolated) {
  expect_near(slerp(kM1, times(kM1, 1.5F), .25), {.703125, -1.40625, .28125, 1.6875, .421875, -.7734375});
  expect_near(slerp(kM1, times(kM1, -1), .25), {.3125, -.625, .125, .75, .1875, -.34375});
}

TEST(Slerp, ABaseOfZerosCountsAsARightAngle) {
  // c = 0, theta = pi/2: sin(t pi/2) b, as mergekit
  const double factor = std::sin(.25 * M_PI / 2);
  std::vector<double> expected(kP.begin(), kP.end());
  for (double& value : expected) value *= factor;
  expect_near(slerp(std::vector<float>(6, 0), kP, .25), expected);
}

TEST(Slerp, EndsAreTheInputs) {
  // sin(theta)/sin(theta) is 1 and sin(0) 0, in f64 too
  expect_near(slerp(kM1, kP, 0), {kM1.begin(), kM1.end()}, 0);
  expect_near(slerp(kM1, kP, 1), {kP.begin(), kP.end()}, 0);
}

}  // namespace
}  // namespace tsugi::tests
