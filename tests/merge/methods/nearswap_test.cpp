// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> nearswap(double t, const std::vector<float>& other = kM1) {
  return run_method("nearswap", {.base = kBase, .models = {other}, .global = {{"t", t}}, .per_model = {}});
}

TEST(Nearswap, MovesByNoMoreThanT) {
  expect_near(nearswap(.125), {.625, -1.125, .25, 1.875, .125, -.6875}, 0);
}

TEST(Nearswap, Ends) {
  EXPECT_EQ(nearswap(0), kBase);
  EXPECT_EQ(nearswap(9), kM1);
}

// What is taken is the model's own value, not the base plus a rounded difference.
TEST(Nearswap, NearValuesAreTakenExactly) {
  std::vector<float> other(kBase);
  for (float& value : other) value += 1e-3F * value + 1e-7F;
  EXPECT_EQ(nearswap(.01, other), other);
}

TEST(Nearswap, BelowAMillionthDifferencesCountAsOne) {
  // w = t/max(|d|, 1e-6): .25 of a difference of 2^-21 (4.8e-7), t itself of a larger one.
  const std::vector<float> base(6, 0);
  const std::vector<float> other{0x1p-21F, -0x1p-21F, 0, 1, -1, 0x1p-19F};
  const auto out =
      run_method("nearswap", {.base = base, .models = {other}, .global = {{"t", 2.5e-7}}, .per_model = {}});
  expect_near(out, {.25 * 0x1p-21, -.25 * 0x1p-21, 0, 2.5e-7, -2.5e-7, 2.5e-7}, 1e-13);
}

}  // namespace
}  // namespace tsugi::tests
