// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
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
