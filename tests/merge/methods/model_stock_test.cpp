// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> stock(const std::vector<float>& base, const std::vector<std::vector<float>>& models,
                         const Numbers& global = {}) {
  return run_method("model_stock", {.base = base, .models = models, .global = global, .per_model = {}});
}

TEST(ModelStock, OneAngleForTheTensor) {
  expect_near(stock(kBase, {kM1, kM3}), {.5538305, -1.1184271, .2069356, 1.7846780, .2153220, -.5562102});
}

TEST(ModelStock, OneAngleForEachRow) {
  expect_near(stock(kBase, {kM1, kM3}, {{"filter_wise", 1}}),
              {.5594373, -1.1307620, .2024502, 1.7858804, .2141196, -.5572924});
}

TEST(ModelStock, MeanAngleOfThreePairs) {
  // t = -4.03, and with it every rounding, is amplified.
  expect_near(stock(kBase, {kM1, kM2, kM3}), {.3742100, -.9580700, .25, 2.5031601, -.5870202, -1.1693001},
              4.03 * kGoldenTolerance);
}

TEST(ModelStock, FilterWiseOfAVectorIsTheWhole) {
  const MethodCase made{.shape = {6}, .base = kBase, .models = {kM1, kM3}, .global = {}, .per_model = {}};
  MethodCase by_filter = made;
  by_filter.global = {{"filter_wise", 1}};
  EXPECT_EQ(run_method("model_stock", made), run_method("model_stock", by_filter));
}

// mergekit divides by at least 1e-6, which makes t = .64 of these: ||d||^2 = 4.8e-7.
TEST(ModelStock, SmallEqualDifferencesAreTakenWhole) {
  std::vector<float> near(kBase);
  for (std::size_t i = 0; i < near.size(); ++i) near[i] += i % 2 == 0 ? 0x1p-11F : 0;  // exact in f32
  EXPECT_EQ(stock(kBase, {near, near}), near);
}

TEST(ModelStock, OppositeDifferencesLeaveTheBase) {
  // c = -1 and 1 + (N-1) c = 0
  std::vector<float> mirrored(6);
  for (std::size_t i = 0; i < 6; ++i) mirrored[i] = 2 * kBase[i] - kM1[i];
  EXPECT_EQ(stock(kBase, {kM1, mirrored}), kBase);
}

TEST(ModelStock, AModelEqualToTheBaseHasNoAngle) {
  // c = 0: t = 0
  EXPECT_EQ(stock(kBase, {kM1, kBase}), kBase);
  EXPECT_EQ(stock(kBase, {kM1, kBase}, {{"filter_wise", 1}}), kBase);
}

}  // namespace
}  // namespace tsugi::tests
