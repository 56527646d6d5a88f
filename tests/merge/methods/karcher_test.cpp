// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tests/support/golden.h"
#include "tests/support/input_error.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> karcher(const std::vector<std::vector<float>>& models, const Numbers& global = {}) {
  return run_method("karcher", {.models = models, .global = global, .per_model = {}});
}

double dot(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

void add(std::vector<double>& sum, double factor, const std::vector<double>& x) {
  for (std::size_t i = 0; i < x.size(); ++i) sum[i] += factor * x[i];
}

// The mean by its definition, on whole vectors in f64, one step after the other until none is left.
std::vector<double> slow_mean(const std::vector<std::vector<float>>& models) {
  const double share = 1 / static_cast<double>(models.size());
  std::vector<std::vector<double>> units;
  std::vector<double> u(models[0].size(), 0);
  double length = 0;
  for (const auto& model : models) {
    const std::vector<double> x(model.begin(), model.end());
    const double norm = std::sqrt(dot(x, x));
    length += share * norm;
    units.emplace_back(x.size(), 0.0);
    add(units.back(), 1 / norm, x);
    add(u, share, units.back());
  }
  for (int step = 0; step < 100; ++step) {
    const double norm = std::sqrt(dot(u, u));
    for (double& value : u) value /= norm;
    std::vector<double> tangent(u.size(), 0);
    for (const auto& unit : units) {
      // atan2 of both parts keeps what acos loses near 1.
      std::vector<double> across = unit;
      add(across, -dot(unit, u), u);
      const double sine = std::sqrt(dot(across, across));
      if (sine > 0) add(tangent, share * std::atan2(sine, dot(unit, u)) / sine, across);
    }
    add(u, 1, tangent);  // for short steps along the sphere and beside it end at one point
  }
  for (double& value : u) value *= length;
  return u;
}

std::vector<float> times(const std::vector<float>& x, float factor) {
  std::vector<float> out(x);
  for (float& value : out) value *= factor;
  return out;
}

TEST(Karcher, OfTwo) {
  expect_near(karcher({kM1, kP}), {.5431838, -.2683065, -.4780785, 1.6308657, -.2058295, -.2702777});
}

TEST(Karcher, OfThree) {
  expect_near(karcher({kM1, kP, kM2}), {.5326662, -.3879616, -.2505400, 1.9004527, -.2230971, -.5002902});
  expect_near(karcher({kM1, kP, kM2}, {{"max_iter", 200}, {"tol", 1e-13}}),
              {.5326728, -.3879684, -.2505493, 1.9004505, -.2230913, -.5002841});
}

TEST(Karcher, TheOnlyModelComesBackAsItIs) {
  EXPECT_EQ(karcher({kM1}), kM1);
}

TEST(Karcher, ZerosGiveTheirLengthAlone) {
  const std::vector<float> zeros(6, 0);
  EXPECT_EQ(karcher({zeros, zeros}), zeros);
  std::vector<double> half(kM1.begin(), kM1.end());
  for (double& value : half) value *= .5;
  expect_near(karcher({kM1, zeros}), half);
}

// mergekit starts at the first model there, and goes where rounding leads.
TEST(Karcher, OppositeModelsAreRefused) {
  EXPECT_EQ(message_of([] {
              karcher({kM1, times(kM1, -2)});
            }),
            "w: the directions of its inputs cancel out, so that karcher has no mean to start from; leave "
            "out one of "
            "the models");
}

// Two of three parallel, the third opposite: the mean is the direction of the two, and the third has no say
// in it.
TEST(Karcher, AModelOppositeToTheMeanGivesItsLengthAlone) {
  std::vector<double> expected(kM1.begin(), kM1.end());
  for (double& value : expected) value *= (1 + 2 + 3) / 3.0;
  expect_near(karcher({kM1, times(kM1, 2), times(kM1, -3)}), expected, 2 * kGoldenTolerance);
}

// Fine-tunes of one base lie near to each other, where the acos of a cosine keeps half of the digits.
TEST(Karcher, OfNearModelsIsTheMeanByDefinition) {
  std::vector<std::vector<float>> models(3);
  double largest = 0;
  for (int i = 0; i < 1000; ++i) {
    const double base = std::sin(i * i);
    for (int m = 0; m < 3; ++m)
      models[m].push_back(static_cast<float>(base + 1e-3 * (m + 1) * std::cos(i * (m + 2.0))));
    largest = std::max(largest, std::abs(base));
  }
  const std::vector<float> mean = run_method(
      "karcher",
      {.shape = {1000}, .models = models, .global = {{"max_iter", 100}, {"tol", 1e-12}}, .per_model = {}});
  const std::vector<double> expected = slow_mean(models);
  // A sum of three products in f32: the factors are rounded, the products and the sums, 2^-24 of the largest
  // each.
  expect_near(mean, expected, 8 * 0x1p-24 * largest);
}

TEST(Karcher, TakesNoToleranceAtAll) {
  expect_near(karcher({kM1, kM1}, {{"tol", 0}}), {kM1.begin(), kM1.end()});
}

}  // namespace
}  // namespace tsugi::tests
