// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

TEST(Passthrough, Scales) {
  const auto scaled =
      run_method("passthrough", {.models = {kM1}, .global = {}, .per_model = {{{"scale", .5}}}});
  expect_near(scaled, {.3125, -.625, .125, .75, .1875, -.34375}, 0);
}

TEST(Passthrough, CopiesByDefault) {
  const auto copied = run_method("passthrough", {.models = {kM1}, .global = {}, .per_model = {{}}});
  expect_near(copied, {kM1.begin(), kM1.end()}, 0);
}

TEST(Passthrough, ScaleOfZeroGivesZeros) {
  const auto zeros =
      run_method("passthrough", {.models = {kM1}, .global = {}, .per_model = {{{"scale", 0}}}});
  expect_near(zeros, {0, 0, 0, 0, 0, 0}, 0);
}

}  // namespace
}  // namespace tsugi::tests
