// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> breadcrumbs(const Numbers& model, const std::vector<float>& input = kM1,
                               const Numbers& global = {}) {
  return run_method("breadcrumbs",
                    {.base = kBase, .models = {input}, .global = global, .per_model = {model}});
}

TEST(Breadcrumbs, DropsBothEnds) {
  expect_near(breadcrumbs({{"weight", .75}, {"density", .5}, {"gamma", .2}}),
              {.59375, -1.1875, .25, 2, .28125, -.75});
}

TEST(Breadcrumbs, RescaleGivesBackTheL1Norm) {
  // |d1| sums to 1.3125, what is kept (.125 .25 .375) to .75: factor .75 * 1.75
  expect_near(breadcrumbs({{"weight", .75}, {"density", .5}, {"gamma", .2}}, kM1, {{"rescale", 1}}),
              {.6640625, -1.328125, .25, 2, .4921875, -.75});
}

TEST(Breadcrumbs, NoLargestIsDroppedFromAFewElements) {
  // trunc(.01 * 6) = 0: five are kept, and the one that is dropped is 0
  expect_near(breadcrumbs({{"weight", 1}, {"density", .9}}), {.625, -1.25, .25, 1.5, .375, -.6875});
}

TEST(Breadcrumbs, DensityComesBeforeGamma) {
  // keep 5, top min(1, 4) = 1, bottom 0; then keep 1, top 5, bottom 0: the smallest alone, which is 0
  expect_near(breadcrumbs({{"weight", 1}, {"density", .9}, {"gamma", .7}}),
              {.625, -1.25, .25, 2, .375, -.6875});
  expect_near(breadcrumbs({{"weight", 1}, {"density", .2}, {"gamma", .9}}), {.5, -1, .25, 2, 0, -.75}, 0);
}

TEST(Breadcrumbs, EndsOfDensity) {
  expect_near(breadcrumbs({{"weight", 1}, {"density", 1}, {"gamma", .5}}),
              {.625, -1.25, .25, 1.5, .375, -.6875});
  expect_near(breadcrumbs({{"weight", 1}, {"density", .1}, {"gamma", 0}}), {.5, -1, .25, 2, 0, -.75}, 0);
  expect_near(breadcrumbs({{"weight", 1}, {"density", 0}}), {.5, -1, .25, 2, 0, -.75}, 0);
}

TEST(Breadcrumbs, EqualMagnitudesRankByPosition) {
  // |d3| = [.03125 .09375 .125; .125 .25 .5]: ranks 2 and 3 are elements 2 and 3.
  // keep 2, top 3, bottom 1: ranks 1 and 2
  expect_near(breadcrumbs({{"weight", 1}, {"density", .34}, {"gamma", .5}}, kM3),
              {.5, -1.09375, .125, 2, 0, -.75});
  // keep 2, top 1, bottom 3: ranks 3 and 4
  expect_near(breadcrumbs({{"weight", 1}, {"density", .34}, {"gamma", .2}}, kM3),
              {.5, -1, .25, 1.875, .25, -.75});
}

// A stable sort of the whole tensor, over many tiles of values with few magnitudes.
TEST(Breadcrumbs, KeepsWhatASortKeeps) {
  const std::size_t n = 100000;
  std::vector<float> delta(n);
  std::uint32_t state = 1;
  for (float& value : delta) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(static_cast<int>(state >> 27) - 16);
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return std::fabs(delta[a]) < std::fabs(delta[b]); });
  for (const auto& [density, gamma] : {std::pair(.5, .1), {.9, .01}, {.25, .7}, {.9, .4}}) {
    const auto keep = static_cast<std::size_t>(density * static_cast<double>(n));
    auto top = static_cast<std::ptrdiff_t>(gamma * static_cast<double>(n));
    std::ptrdiff_t bottom = static_cast<std::ptrdiff_t>(n - keep) - top;
    if (bottom < 0) {
      top += bottom;
      bottom = 0;
    }
    std::vector<float> expected(n, 0);
    for (std::size_t i = 0; i < keep; ++i) {
      const std::size_t at = order[static_cast<std::size_t>(bottom) + i];
      expected[at] = delta[at];
    }
    MethodCase made{.shape = {n / 100, 100},
                    .base = std::vector<float>(n, 0),
                    .models = {delta},
                    .global = {},
                    .per_model = {{{"weight", 1}, {"density", density}, {"gamma", gamma}}}};
    EXPECT_EQ(run_method("breadcrumbs", made), expected) << density << " " << gamma;
    made.concurrency = merge::Concurrency::parallel;
    EXPECT_EQ(run_method("breadcrumbs", made), expected) << density << " " << gamma;
  }
}

}  // namespace
}  // namespace tsugi::tests
