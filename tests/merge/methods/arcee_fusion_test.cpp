// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> fuse(const merge::Shape& shape, const std::vector<float>& base,
                        const std::vector<float>& other) {
  return run_method("arcee_fusion",
                    {.shape = shape, .base = base, .models = {other}, .global = {}, .per_model = {}});
}

// A slow plain reference in f64 that sorts.
std::vector<float> plain(std::size_t length, const std::vector<float>& base,
                         const std::vector<float>& other) {
  std::vector<double> scores(base.size());
  const auto softmax = [&](const std::vector<float>& x, std::size_t from, std::size_t i) {
    double sum = 0;
    for (std::size_t j = 0; j < length; ++j)
      sum += std::exp(static_cast<double>(x[from + j]) - static_cast<double>(x[from]));
    return std::exp(static_cast<double>(x[from + i]) - static_cast<double>(x[from])) / sum + 1e-8;
  };
  for (std::size_t from = 0; from < base.size(); from += length) {
    double divergence = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const double p = softmax(other, from, i);
      divergence += p * std::log(p / softmax(base, from, i));
    }
    for (std::size_t i = from; i < from + length; ++i)
      scores[i] = std::fabs(static_cast<double>(other[i]) - static_cast<double>(base[i])) * divergence;
  }
  std::vector<double> sorted(scores);
  std::sort(sorted.begin(), sorted.end());
  const auto quartile = [&](double f) {
    return sorted[static_cast<std::size_t>(f * static_cast<double>(sorted.size() - 1))];
  };
  const double threshold = quartile(.5) + 1.5 * (quartile(.75) - quartile(.25));
  std::vector<float> out(base.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = scores[i] >= threshold ? other[i] : base[i];
  return out;
}

std::vector<float> waves(std::size_t count, float step) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(step * static_cast<float>(i) + .3F);
  return values;
}

TEST(ArceeFusion, TakesWhatScoresHigh) {
  expect_near(fuse({2, 3}, kBase, kM1), {.5, -1, .25, 1.5, .375, -.75}, 0);
  expect_near(fuse({2, 3}, kBase, kM2), {kBase.begin(), kBase.end()}, 0);
}

TEST(ArceeFusion, TinyTensorsByAPlainReference) {
  for (const std::size_t n : {1U, 2U, 3U, 4U, 5U}) {
    const std::vector<float> base = waves(n, 1);
    const std::vector<float> other = waves(n, 2);
    EXPECT_EQ(fuse({n}, base, other), plain(n, base, other)) << n;
    EXPECT_EQ(fuse({n, 1}, base, other), other)
        << n;  // one value has nothing to diverge from: all scores are 0
  }
}

TEST(ArceeFusion, ManyTilesByAPlainReference) {
  constexpr std::size_t kLength = 1000;
  const std::vector<float> base = waves(40 * kLength, .37F);
  const std::vector<float> other = waves(40 * kLength, .371F);
  EXPECT_EQ(fuse({40, kLength}, base, other), plain(kLength, base, other));
}

// softmax far apart: terms from 0 to far above the floor, every branch of the polynomials.
TEST(ArceeFusion, WideLogitsByAPlainReference) {
  std::vector<float> base = waves(600, .7F);
  std::vector<float> other = waves(600, .9F);
  for (float& value : base) value *= 900;
  for (float& value : other) value *= 30;
  EXPECT_EQ(fuse({6, 100}, base, other), plain(100, base, other));
}

// More than a million elements, where mergekit looks at a sample. All rows are equal and so are their
// divergences: the quartiles are those of the differences, 1030 times each of 0, 1, 8, ... 999^3 units.
TEST(ArceeFusion, QuartilesOfManyAreExact) {
  constexpr std::size_t kRows = 1030;
  constexpr std::size_t kLength = 1000;
  const auto difference = [](std::size_t column) { return std::pow(static_cast<double>(column), 3) * 1e-9; };
  std::vector<float> base(kRows * kLength, 0);
  std::vector<float> other(base.size());
  for (std::size_t i = 0; i < other.size(); ++i) other[i] = static_cast<float>(difference(i % kLength));
  const auto quartile = [&](double f) {
    return difference(static_cast<std::size_t>(f * static_cast<double>(kRows * kLength - 1)) / kRows);
  };
  const double threshold = quartile(.5) + 1.5 * (quartile(.75) - quartile(.25));
  const auto out = fuse({kRows, kLength}, base, other);
  for (std::size_t i = 0; i < out.size(); ++i)
    ASSERT_EQ(out[i], difference(i % kLength) >= threshold ? other[i] : base[i]) << i;
  EXPECT_GT(out[kLength - 1], 0);
}

TEST(ArceeFusion, MostlyEqualTensorsAreTakenWhole) {
  // Over three quarters of the scores are 0, so is the threshold, and all pass.
  std::vector<float> other(kBase);
  other[3] = 1;
  EXPECT_EQ(fuse({2, 3}, kBase, other), other);
}

}  // namespace
}  // namespace tsugi::tests
