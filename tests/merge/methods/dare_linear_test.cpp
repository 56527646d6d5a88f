// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"
#include "tests/support/random_masks.h"

namespace tsugi::tests {
namespace {

// Seed 7 and the name w keep elements 0 and 2 of the first model, 2, 3, 4 and 5 of the second at density .5.
MethodCase two_models(const Numbers& global = {}, double density = .5) {
  return {.base = kBase,
          .models = {kM1, kM2},
          .global = global,
          .per_model = {{{"weight", .75}, {"density", density}}, {{"weight", .5}, {"density", density}}},
          .seed = 7};
}

MethodCase ones(std::size_t count, double density, bool rescale) {
  return {.shape = {count / 100, 100},
          .base = std::vector<float>(count, 0),
          .models = {std::vector<float>(count, 1)},
          .global = {{"rescale", rescale ? 1 : 0}},
          .per_model = {{{"weight", 1}, {"density", density}}}};
}

TEST(DareLinear, DropsAndGivesTheL1NormBack) {
  expect_near(run_method("dare_linear", two_models()),
              {1.484375, -1, .3413462, 2.1826923, -.1370192, -.9326923});
}

TEST(DareLinear, WithoutRescale) {
  // .75 d1 at 0 and 2, .5 d2 at 2 to 5
  expect_near(run_method("dare_linear", two_models({{"rescale", 0}})),
              {.59375, -1, .3125, 2.125, -.09375, -.875});
}

TEST(DareLinear, DensityOneIsTaskArithmeticAndZeroTheBase) {
  expect_near(run_method("dare_linear", two_models({}, 1)), {.5625, -1.03125, .3125, 1.75, .1875, -.828125});
  expect_near(run_method("dare_linear", two_models({}, 0)), {.5, -1, .25, 2, 0, -.75}, 0);
}

TEST(DareLinear, KeepsEachElementIndependently) {
  for (const double density : {.1, .5, .9}) {
    SCOPED_TRACE(density);
    expect_bernoulli(count_masks("dare_linear", ones(10000, density, false), 100, density), density);
  }
}

TEST(DareLinear, ModelsHaveIndependentMasks) {
  MethodCase made = ones(10000, .5, false);
  made.models.emplace_back(10000, 1.0F);
  made.per_model.push_back(made.per_model[0]);
  // Each element is 0, 1 or 2 with 1/4, 1/2, 1/4; 1e6 draws over seeds.
  std::vector<double> counts(3);
  for (made.seed = 0; made.seed < 100; ++made.seed) {
    for (const float value : run_method("dare_linear", made))
      counts.at(static_cast<std::size_t>(value)) += 1e-6;
  }
  EXPECT_NEAR(counts[0], .25, 4 * std::sqrt(.25 * .75 / 1e6));
  EXPECT_NEAR(counts[1], .5, 4 * std::sqrt(.5 * .5 / 1e6));
}

TEST(DareLinear, RescalingKeepsTheMeanOfTheTensor) {
  // Of equal magnitudes the L1 norm is the sum: n values 1/kept share each.
  const std::vector<float> merged = run_method("dare_linear", ones(10000, .3, true));
  double sum = 0;
  for (const float value : merged) sum += static_cast<double>(value);
  EXPECT_NEAR(sum, 10000, 10000 * 1.2e-7);
}

TEST(DareLinear, OneSeedOneResult) {
  expect_seeded("dare_linear", ones(600000, .5, true));
}

}  // namespace
}  // namespace tsugi::tests
