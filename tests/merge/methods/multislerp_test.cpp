// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tests/support/golden.h"
#include "tests/support/input_error.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<Numbers> weights(const std::vector<double>& values) {
  std::vector<Numbers> all;
  for (const double value : values) all.push_back({{"weight", value}});
  return all;
}

std::vector<float> times(const std::vector<float>& x, float factor) {
  std::vector<float> out(x);
  for (float& value : out) value *= factor;
  return out;
}

TEST(Multislerp, WithoutBase) {
  expect_near(run_method("multislerp", {.models = {kM1, kP, kM2}, .per_model = weights({1, .5, .25})}),
              {.5887338, -.6611553, -.1542697, 1.7731969, -.0271950, -.5222075});
}

TEST(Multislerp, AroundABase) {
  expect_near(run_method("multislerp",
                         {.base = kBase, .models = {kM1, kM2, kM3}, .per_model = weights({1, .5, .25})}),
              {.6142953, -1.0896369, .3057233, 1.5428190, .3982544, -.6962414});
}

TEST(Multislerp, WeightsAsTheyAreWithoutNormalizing) {
  // Twice the weights: twice the length, one direction.
  const auto once = run_method("multislerp", {.models = {kM1, kP}, .per_model = weights({.6, .4})});
  std::vector<double> twice(once.begin(), once.end());
  for (double& value : twice) value *= 2;
  expect_near(run_method("multislerp", {.models = {kM1, kP},
                                        .global = {{"normalize_weights", 0}},
                                        .per_model = weights({1.2, .8})}),
              twice, 1e-6);
}

TEST(Multislerp, TwoOppositeModelsAreAveraged) {
  std::vector<double> expected(kM1.begin(), kM1.end());
  for (double& value : expected) value *= -.5;
  expect_near(run_method("multislerp", {.models = {kM1, times(kM1, -2)}, .per_model = weights({1, 1})}),
              expected);
}

TEST(Multislerp, MoreModelsThatCancelAreRefused) {
  const auto merge = [] {
    run_method("multislerp",
               {.models = {kM1, times(kM1, -2), kP, times(kP, -1)}, .per_model = weights({1, 1, 1, 1})});
  };
  EXPECT_EQ(message_of(merge),
            "w: the weighted directions of its inputs cancel out, so that multislerp has no result; change a "
            "weight");
}

// A tensor that no model has changed: every difference is 0, which mergekit refuses as opposite.
TEST(Multislerp, NothingButTheBaseIsTheBase) {
  const auto out = run_method(
      "multislerp", {.base = kBase, .models = {kBase, kBase, kBase}, .per_model = weights({1, 1, 1})});
  EXPECT_EQ(out, kBase);
}

double norm(const auto& x) {
  double square = 0;
  for (const double value : x) square += value * value;
  return std::sqrt(square);
}

// The formula without base, in f64.
std::vector<double> by_definition(const std::vector<std::vector<float>>& models,
                                  const std::vector<double>& shares, double eps) {
  std::vector<double> direction(models[0].size(), 0);
  double length = 0;
  for (std::size_t m = 0; m < models.size(); ++m) {
    const double of_model = norm(models[m]);
    length += shares[m] * of_model;
    for (std::size_t i = 0; i < direction.size(); ++i)
      direction[i] += shares[m] * models[m][i] / (of_model + eps);
  }
  const double factor = length / norm(direction);
  for (double& value : direction) value *= factor;
  return direction;
}

// mergekit's last step along the sphere is eps long and shortens the result by cos(eps): here to .88 of
// itself.
TEST(Multislerp, ALargeEpsShortensNothing) {
  expect_near(run_method("multislerp", {.models = {kM1, kP},
                                        .global = {{"normalize_weights", 0}, {"eps", .5}},
                                        .per_model = weights({.75, .5})}),
              by_definition({kM1, kP}, {.75, .5}, .5));
}

// mergekit sums the squares of norms in f32 and is off by 1.5e-5 of the largest value here.
TEST(Multislerp, AMillionElementsLoseNoDigits) {
  std::vector<std::vector<float>> models(3);
  double largest = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const double base = std::sin(static_cast<double>(i) * i);
    for (int m = 0; m < 3; ++m)
      models[m].push_back(static_cast<float>(base + .3 * (m + 1) * std::cos(i * (m + 2.0))));
    largest = std::max(largest, std::abs(base) + .9);
  }
  const std::vector<double> shares{.5, .3, .2};
  const std::vector<double> expected = by_definition(models, shares, 1e-8);
  const std::vector<float> seen =
      run_method("multislerp", {.shape = {1000, 1000}, .models = models, .per_model = weights(shares)});
  double worst = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) worst = std::max(worst, std::abs(seen[i] - expected[i]));
  // A sum of three products in f32: factors, products and sums are rounded to 2^-24 of the largest each.
  EXPECT_LE(worst, 8 * 0x1p-24 * largest);
}

TEST(Multislerp, TheOnlyModelComesBackAsItIs) {
  EXPECT_EQ(run_method("multislerp", {.models = {kM1}, .per_model = weights({.3})}), kM1);
  EXPECT_EQ(run_method("multislerp", {.base = kBase, .models = {kM1}, .per_model = weights({.3})}), kM1);
}

TEST(Multislerp, RefusesWeightsThatSumToZero) {
  const merge::Method& method = *merge::find_method("multislerp");
  const auto error = [&](const Numbers& global) {
    const merge::Settings settings = settings_of(method, global, weights({.1, .2, -.3}));
    merge::Remarks remarks;
    method.check({.name = "w", .models = 3, .settings = &settings}, remarks);
    return remarks.error;
  };
  EXPECT_EQ(error({}), "the weights sum to 0, and `normalize_weights` divides by their sum");
  EXPECT_EQ(error({{"normalize_weights", 0}}), "");
}

}  // namespace
}  // namespace tsugi::tests
