// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> ramplus(const std::vector<std::vector<float>>& models, const Numbers& global) {
  return run_method("ramplus_tl", {.base = kBase, .models = models, .global = global, .per_model = {}});
}

TEST(RamPlus, ReinforcesWhatOneChanged) {
  expect_near(ramplus({kM1, kM2, kM3}, {{"epsilon", .1}, {"r", .1}, {"alpha", 4}}),
              {.6625, -.96875, .25, 1.875, .1458333, -.625});
}

TEST(RamPlus, AlphaBoundsTheOverlap) {
  // Of M1 one change is its own (element 0), three are shared: rho 3, bounded to 2 and to the default .2.
  expect_near(ramplus({kM1, kM2, kM3}, {{"epsilon", .1}, {"r", .5}, {"alpha", 2}}),
              {.75, -.96875, .25, 1.875, .1458333, -.625});
  expect_near(ramplus({kM1, kM2, kM3}, {{"epsilon", .1}, {"r", .5}}),
              {.6375, -.96875, .25, 1.875, .1458333, -.625});
}

TEST(RamPlus, WithoutOverlapAsRam) {
  expect_near(ramplus({kM1}, {{"epsilon", 0}, {"r", 1}, {"alpha", 9}}), {.625, -1.25, .25, 1.5, .375, -.6875},
              0);
}

TEST(RamPlus, EpsilonZeroWithAllChangesShared) {
  // No model has a change of its own: there is nothing to reinforce, nor to divide by.
  expect_near(ramplus({kM3, kM3}, {{"epsilon", 0}, {"r", 1}, {"alpha", 9}}),
              {.53125, -1.09375, .125, 1.875, .25, -.25}, 0);
}

}  // namespace
}  // namespace tsugi::tests
