// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"
#include "tests/support/random_masks.h"

namespace tsugi::tests {
namespace {

TEST(Della, DropsSmallElementsRatherAndDividesByTheWinners) {
  expect_near(run_method("della", {.base = kBase,
                                   .models = {kM1},
                                   .global = {},
                                   .per_model = {{{"weight", .75}, {"density", .5}, {"epsilon", .2}}},
                                   .seed = 7}),
              {.7625, -1, .25, .95, 0, -.75});
}

TEST(Della, DensityOneElectsAmongAll) {
  // As ties without trimming: v = [.09375 -.1875 0; -.375 .28125 .046875], [-.03125 .15625 .0625; .125
  // -.09375
  // -.125], and the winners' v_i / w_i.
  const auto merged = run_method(
      "della", {.base = kBase,
                .models = {kM1, kM2},
                .global = {},
                .per_model = {{{"weight", .75}, {"density", 1}}, {{"weight", .5}, {"density", 1}}}});
  expect_near(merged, {.625, -1.25, .375, 1.5, .375, -1});
}

// Of one magnitude all ranks follow the position: over a row the mean of p is the density, and draws of
// unequal probability have variance sum p(1-p) = n (density(1-density) - mean (p-density)^2).
TEST(Della, KeepsTheShareOfDensity) {
  const double density = .4;
  const double epsilon = .3;
  const MethodCase made{.shape = {100, 101},
                        .base = std::vector<float>(10100, 0),
                        .models = {std::vector<float>(10100, 1)},
                        .global = {{"rescale", 0}},
                        .per_model = {{{"weight", 1}, {"density", density}, {"epsilon", epsilon}}}};
  const MaskCounts seen = count_masks("della", made, 100, density);
  double variance = 0;
  for (int rank = 0; rank < 101; ++rank) {
    const double p = density - epsilon + 2 * epsilon * rank / 100;
    variance += p * (1 - p) / 101;
  }
  EXPECT_NEAR(seen.mean / seen.elements, density, 4 * std::sqrt(variance / (seen.draws * seen.elements)));
  EXPECT_NEAR(seen.variance / (seen.elements * variance), 1, 4 * std::sqrt(2 / (seen.draws - 1)));
  expect_seeded("della", made);
}

}  // namespace
}  // namespace tsugi::tests
