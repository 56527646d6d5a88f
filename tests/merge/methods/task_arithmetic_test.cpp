// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> task_arithmetic(const Numbers& global, double w1 = .75, double w2 = .5) {
  return run_method("task_arithmetic", {.base = kBase,
                                        .models = {kM1, kM2},
                                        .global = global,
                                        .per_model = {{{"weight", w1}}, {{"weight", w2}}}});
}

TEST(TaskArithmetic, AddsWeightedTaskVectors) {
  expect_near(task_arithmetic({}), {.5625, -1.03125, .3125, 1.75, .1875, -.828125});
}

TEST(TaskArithmetic, NormalizesThenScales) {
  expect_near(task_arithmetic({{"lambda", .5}, {"normalize", 1}}), {.525, -1.0125, .275, 1.9, .075, -.78125});
}

TEST(TaskArithmetic, WeightsOfZeroGiveTheBase) {
  expect_near(task_arithmetic({{"normalize", 1}}, 0, 0), {.5, -1, .25, 2, 0, -.75}, 0);
}

TEST(TaskArithmetic, WeightsThatCancelAreNotDivided) {
  // sum |w| < 1e-8 counts as 1: b + d1 - d2
  expect_near(task_arithmetic({{"normalize", 1}}, 1, -1), {.6875, -1.5625, .125, 1.25, .5625, -.4375});
}

}  // namespace
}  // namespace tsugi::tests
