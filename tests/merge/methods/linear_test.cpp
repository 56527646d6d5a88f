// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> linear(std::vector<std::vector<float>> models, std::vector<Numbers> weights,
                          double normalize = 1) {
  return run_method(
      "linear",
      {.models = std::move(models), .global = {{"normalize", normalize}}, .per_model = std::move(weights)});
}

TEST(Linear, DividesByTheSumOfWeights) {
  expect_near(linear({kM1, kM2}, {{{"weight", .75}}, {{"weight", .5}}}), {.55, -1.025, .3, 1.8, .15, -.8125});
}

TEST(Linear, WithoutNormalizeKeepsTheSum) {
  expect_near(linear({kM1, kM2}, {{{"weight", .75}}, {{"weight", .5}}}, 0),
              {.6875, -1.28125, .375, 2.25, .1875, -1.015625});
}

TEST(Linear, ModelOfWeightZeroIsNotReadAndStaysInTheSum) {
  // A NaN of a model that is read would end the merge.
  const std::vector<float> poison(6, NAN);
  expect_near(linear({kM1, poison}, {{{"weight", 2}}, {{"weight", 0}}}),
              {.625, -1.25, .25, 1.5, .375, -.6875});
  EXPECT_ANY_THROW(linear({kM1, poison}, {{{"weight", 2}}, {{"weight", 1}}}));
}

TEST(Linear, AllWeightsZeroWithoutNormalizeGivesZeros) {
  expect_near(linear({kM1}, {{{"weight", 0}}}, 0), {0, 0, 0, 0, 0, 0}, 0);
}

TEST(Linear, RefusesWeightsThatSumToZero) {
  const merge::Method& method = *merge::find_method("linear");
  const auto error = [&](double a, double b, double normalize) {
    const merge::Settings settings =
        settings_of(method, {{"normalize", normalize}}, {{{"weight", a}}, {{"weight", b}}});
    merge::Remarks remarks;
    method.check({.name = "w", .shape = {}, .elements = 6, .models = 2, .settings = &settings}, remarks);
    return remarks.error;
  };
  EXPECT_EQ(error(1, -1, 1), "the weights sum to 0, and `normalize` divides by their sum");
  EXPECT_EQ(error(0, 0, 1), "the weights sum to 0, and `normalize` divides by their sum");
  EXPECT_EQ(error(1, -1, 0), "");
  EXPECT_EQ(error(1, -.999, 1), "");
}

}  // namespace
}  // namespace tsugi::tests
