// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> ram(const std::vector<std::vector<float>>& models, double epsilon) {
  return run_method("ram",
                    {.base = kBase, .models = models, .global = {{"epsilon", epsilon}}, .per_model = {}});
}

TEST(Ram, KeepsWhatOneChangedAndAveragesWhatSeveralDid) {
  expect_near(ram({kM1, kM2, kM3}, .1), {.625, -.96875, .25, 1.875, .1458333, -.625});
}

TEST(Ram, AChangeOfEpsilonDoesNotCount) {
  // d1 = [.125 -.25 0; -.5 .375 .0625]: |d| > .125 strictly
  expect_near(ram({kM1}, .125), {.5, -1.25, .25, 1.5, .375, -.75}, 0);
}

TEST(Ram, SmallEpsilonTakesEveryChange) {
  expect_near(ram({kM1}, 0), {.625, -1.25, .25, 1.5, .375, -.6875}, 0);
  // d2 = [-.0625 .3125 .125; .25 -.1875 -.25]: halves of d1 + d2, but d2 alone where d1 is 0
  expect_near(ram({kM1, kM2}, 1e-5), {.53125, -.96875, .375, 1.875, .09375, -.84375});
}

}  // namespace
}  // namespace tsugi::tests
