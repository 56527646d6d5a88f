// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"
#include "tests/support/random_masks.h"

namespace tsugi::tests {
namespace {

std::vector<float> dare_ties(const std::vector<float>& second, const Numbers& global, double density) {
  return run_method("dare_ties", {.base = kBase,
                                  .models = {kM1, second},
                                  .global = global,
                                  .per_model = {{{"weight", .75}, {"density", density}},
                                                {{"weight", .5}, {"density", density}}},
                                  .seed = 7});
}

TEST(DareTies, WithoutConflictAsDareLinear) {
  expect_near(dare_ties(kM2, {}, .5), {1.484375, -1, .3413462, 2.1826923, -.1370192, -.9326923});
}

TEST(DareTies, AddsOnlyElectedSigns) {
  // Nothing is dropped: v = .75 d1, .5 d2 as in the golden value of ties, whose winners here are not trimmed.
  // [.09375 -.1875 0; -.375 .28125 .046875] and [-.03125 .15625 .0625; .125 -.09375 -.125]: the larger wins.
  expect_near(dare_ties(kM2, {}, 1), {.59375, -1.1875, .3125, 1.625, .28125, -.875});
  expect_near(dare_ties(kM2, {{"normalize", 1}}, 1), {.625, -1.25, .375, 1.5, .375, -1});
}

TEST(DareTies, DensityZeroIsTheBase) {
  expect_near(dare_ties(kM2, {}, 0), {.5, -1, .25, 2, 0, -.75}, 0);
}

TEST(DareTies, KeepsEachElementIndependently) {
  const MethodCase made{.shape = {100, 100},
                        .base = std::vector<float>(10000, 0),
                        .models = {std::vector<float>(10000, -1)},
                        .global = {{"rescale", 0}},
                        .per_model = {{{"weight", 1}, {"density", .35}}}};
  expect_bernoulli(count_masks("dare_ties", made, 100, .35), .35);
  expect_seeded("dare_ties", made);
}

}  // namespace
}  // namespace tsugi::tests
