// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> sce(const std::vector<std::vector<float>>& models, double share) {
  return run_method("sce",
                    {.base = kBase, .models = models, .global = {{"select_topk", share}}, .per_model = {}});
}

TEST(Sce, WeightsBySquaresAndElectsSigns) {
  expect_near(sce({kM1, kM2, kM3}, 1), {.5848848, -1.1831413, .375, 1.6604610, .3215130, -.5002955});
}

TEST(Sce, SelectsWhereModelsDisagreeMost) {
  expect_near(sce({kM1, kM2, kM3}, .5), {.5, -1, .25, 1.6702703, .3182432, -.4888514});
}

TEST(Sce, NothingSelectedIsTheBase) {
  for (const double share : {.1, 0.0, -1.0})
    expect_near(sce({kM1, kM2, kM3}, share), {.5, -1, .25, 2, 0, -.75}, 0);
  // One model, or equal ones, disagree nowhere.
  expect_near(sce({kM1}, .99), {.5, -1, .25, 2, 0, -.75}, 0);
  expect_near(sce({kM1, kM1, kM1}, .99), {.5, -1, .25, 2, 0, -.75}, 0);
}

TEST(Sce, OneModelComesBack) {
  expect_near(sce({kM1}, 1), {.625, -1.25, .25, 1.5, .375, -.6875});
}

// mergekit weights d and 3 d by halves when their squares are below 1e-6: 2 d in place of 2.8 d.
TEST(Sce, SmallChangesAreWeightedLikeLargeOnes) {
  std::vector<float> once(6, 0x1p-13F);
  std::vector<float> thrice(6, 3 * 0x1p-13F);
  const auto merged = run_method(
      "sce", {.base = std::vector<float>(6, 0), .models = {once, thrice}, .global = {}, .per_model = {}});
  expect_near(merged, std::vector<double>(6, 2.8 * 0x1p-13), 1e-10);
}

// The definition step by step in f64, on more than one tile, with many equal variances.
std::vector<float> slow_sce(const std::vector<std::vector<float>>& deltas, double share) {
  const std::size_t n = deltas[0].size();
  const auto models = static_cast<double>(deltas.size());
  std::vector<double> variance(n);
  for (std::size_t i = 0; i < n; ++i) {
    double mean = 0;
    for (const auto& d : deltas) mean += static_cast<double>(d[i]) / models;
    for (const auto& d : deltas) variance[i] += std::pow(static_cast<double>(d[i]) - mean, 2) / models;
    variance[i] = static_cast<double>(static_cast<float>(variance[i]));
  }
  const auto differ = std::count_if(variance.begin(), variance.end(), [](double v) { return v != 0; });
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return variance[a] > variance[b]; });
  order.resize(static_cast<std::size_t>(share * static_cast<double>(differ)));
  std::vector<double> squares(deltas.size());
  for (std::size_t j = 0; j < deltas.size(); ++j) {
    for (const std::size_t i : order)
      squares[j] += static_cast<double>(deltas[j][i]) * static_cast<double>(deltas[j][i]);
  }
  std::vector<float> out(n);
  for (const std::size_t i : order) {
    double votes = 0;
    for (const auto& d : deltas) votes += static_cast<double>(d[i]);
    double sum = 0;
    double weights = 0;
    for (std::size_t j = 0; j < deltas.size(); ++j) {
      const auto d = static_cast<double>(deltas[j][i]);
      if (d == 0 || (d > 0) != (votes >= 0)) continue;
      sum += squares[j] * d;
      weights += squares[j];
    }
    out[i] = weights == 0 ? 0 : static_cast<float>(sum / weights);
  }
  return out;
}

TEST(Sce, AgreesWithTheDefinitionOverManyTiles) {
  const std::size_t n = 60000;
  std::vector<std::vector<float>> deltas(4, std::vector<float>(n));
  std::uint32_t state = 1;
  for (auto& delta : deltas) {
    for (float& value : delta) {
      state = state * 1664525U + 1013904223U;
      value = static_cast<float>(static_cast<int>(state >> 29) - 4);  // 8 values: exact means of 4
    }
  }
  for (const double share : {.03, .5, .97}) {
    MethodCase made{.shape = {600, 100},
                    .base = std::vector<float>(n, 0),
                    .models = deltas,
                    .global = {{"select_topk", share}},
                    .per_model = {}};
    const std::vector<float> expected = slow_sce(deltas, share);
    for (const auto concurrency : {merge::Concurrency::serial, merge::Concurrency::parallel}) {
      made.concurrency = concurrency;
      const std::vector<float> merged = run_method("sce", made);
      // A few f32 operations on values up to 4.
      for (std::size_t i = 0; i < n; ++i)
        ASSERT_NEAR(merged[i], expected[i], 4 * 4 * 1.2e-7) << share << " " << i;
    }
  }
}

}  // namespace
}  // namespace tsugi::tests
