// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Every kernel of every instruction set of this CPU beside plain loops in double.
#include "eval/model/kernels/kernels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "recipes/error.h"
#include "tests/eval/model/exact_nonlinear.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval::kernels {
namespace {

using eval::tests::Random;

constexpr double kEps = static_cast<double>(std::numeric_limits<float>::epsilon());
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class KernelsTest : public testing::TestWithParam<const Kernels*> {
 protected:
  const Kernels& kernel = *GetParam();
};

INSTANTIATE_TEST_SUITE_P(Available, KernelsTest, testing::ValuesIn(available().begin(), available().end()),
                         [](const auto& parameter) {
                           std::string name = parameter.param->name;
                           std::erase(name, '-');
                           return name;
                         });

TEST(Kernels, PortableIsAlwaysThere) {
  EXPECT_EQ(available().back(), &kPortable);
}

TEST(Kernels, ActiveCanBeReplaced) {
  const Kernels& before = active();
  activate(kPortable);
  EXPECT_EQ(&active(), &kPortable);
  activate(before);
}

TEST_P(KernelsTest, ExponentialIsWithinTwoUnitsInTheLastPlace) {
  double worst = 0;
  std::vector<float> x(4096);
  std::vector<float> y(x.size());
  // Every 997th float pattern of both signs with 1e-8 < |x| < 89: about 560,000 arguments.
  for (const std::uint32_t sign : {0U, 0x80000000U}) {
    std::uint32_t bits = std::bit_cast<std::uint32_t>(1e-8F);
    while (bits < std::bit_cast<std::uint32_t>(89.0F)) {
      for (float& value : x) value = std::bit_cast<float>(sign | (bits += 997U));
      kernel.exponential(x.data(), x.size(), y.data());
      for (std::size_t i = 0; i < x.size(); ++i) {
        const long double exact = std::exp(static_cast<long double>(x[i]));
        if (x[i] < -86.6F || x[i] > 88.7228F) continue;
        const auto rounded = static_cast<float>(exact);
        const float unit = std::nextafter(rounded, kInfinity) - rounded;
        worst = std::max(worst, static_cast<double>(std::abs(static_cast<long double>(y[i]) - exact) / unit));
      }
    }
  }
  EXPECT_LE(worst, 2.0);
  RecordProperty("worst_units_in_the_last_place", std::to_string(worst));
}

TEST_P(KernelsTest, ExponentialAtTheEdges) {
  const std::vector<float> x = {0, -kInfinity, kInfinity, -87, 89, 1e30F, -1e30F, std::nanf("")};
  std::vector<float> y(x.size());
  kernel.exponential(x.data(), x.size(), y.data());
  EXPECT_THAT(std::vector<float>(y.begin(), y.end() - 1),
              testing::ElementsAre(1, 0, kInfinity, 0, kInfinity, kInfinity, 0));
  EXPECT_TRUE(std::isnan(y.back()));
}

TEST_P(KernelsTest, RmsNorm) {
  Random random(1);
  for (const std::size_t n : {1U, 5U, 16U, 24U, 33U, 128U}) {
    const std::vector<float> x = random.values(n, 3);
    const std::vector<float> gain = random.values(n);
    std::vector<float> y(n);
    kernel.rms_norm(x.data(), gain.data(), n, 1e-5F, y.data());
    double squares = 0;
    for (const float value : x) squares += static_cast<double>(value) * static_cast<double>(value);
    const double factor = 1 / std::sqrt(squares / static_cast<double>(n) + 1e-5);
    for (std::size_t i = 0; i < n; ++i) {
      const double exact = static_cast<double>(x[i]) * factor * static_cast<double>(gain[i]);
      // A sum of n/16 + 4 positive terms, halved by the root, and five more roundings.
      EXPECT_NEAR(static_cast<double>(y[i]), exact,
                  (static_cast<double>(n) / 32 + 7) * kEps * std::abs(exact));
    }
  }
}

TEST_P(KernelsTest, Activate) {
  Random random(2);
  for (const Nonlinear f :
       {Nonlinear::silu, Nonlinear::gelu, Nonlinear::gelu_tanh, Nonlinear::quick_gelu, Nonlinear::relu}) {
    for (const std::size_t n : {1U, 16U, 37U, 384U}) {
      const std::vector<float> gate = random.values(n, 20);
      const std::vector<float> up = random.values(n);
      std::vector<float> gated(n);
      std::vector<float> plain(n);
      kernel.activate(f, gate.data(), up.data(), n, gated.data());
      kernel.activate(f, gate.data(), nullptr, n, plain.data());
      for (std::size_t i = 0; i < n; ++i) {
        const auto x = static_cast<double>(gate[i]);
        const double exact = exact_nonlinear(f, x);
        // As kernels.h says; silu alone is good to 4 units of the result.
        const double tolerance = f == Nonlinear::silu ? 4 * kEps * std::abs(exact) : 4e-7 * std::abs(x);
        EXPECT_NEAR(static_cast<double>(plain[i]), exact, tolerance) << static_cast<int>(f) << " of " << x;
        EXPECT_NEAR(static_cast<double>(gated[i]), exact * static_cast<double>(up[i]), tolerance);
      }
    }
  }
}

TEST_P(KernelsTest, LayerNorm) {
  Random random(9);
  for (const std::size_t n : {1U, 16U, 37U, 576U}) {
    std::vector<float> x = random.values(n, 3);
    for (float& value : x) value += 2;
    const std::vector<float> gain = random.values(n);
    const std::vector<float> bias = random.values(n);
    std::vector<float> y(n);
    kernel.layer_norm(x.data(), gain.data(), bias.data(), n, 1e-5F, y.data());
    double mean = 0;
    for (const float value : x) mean += static_cast<double>(value) / static_cast<double>(n);
    double variance = 0;
    for (const float value : x)
      variance += std::pow(static_cast<double>(value) - mean, 2) / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double normed = (static_cast<double>(x[i]) - mean) / std::sqrt(variance + 1e-5);
      const double exact = normed * static_cast<double>(gain[i]) + static_cast<double>(bias[i]);
      // A mean of at most 5 with n/16 + 4 roundings, and the same again for the variance of a normed value
      // below 4; one value alone is its own mean, and what is off is divided by the root of eps.
      const double roundings = static_cast<double>(n) / 16 + 8;
      EXPECT_NEAR(static_cast<double>(y[i]), exact,
                  (n == 1 ? 1e-9 : 10 * roundings * kEps) + kEps * std::abs(exact));
    }
    kernel.layer_norm(x.data(), gain.data(), nullptr, n, 1e-5F, y.data());
    EXPECT_NEAR(
        static_cast<double>(y[0]),
        (static_cast<double>(x[0]) - mean) / std::sqrt(variance + 1e-5) * static_cast<double>(gain[0]),
        10 * (static_cast<double>(n) / 16 + 8) * kEps);
  }
}

TEST_P(KernelsTest, AddAndCap) {
  Random random(10);
  for (const std::size_t n : {1U, 16U, 37U}) {
    const std::vector<float> x = random.values(n, 90);
    std::vector<float> y = random.values(n);
    const std::vector<float> before = y;
    kernel.add(x.data(), n, 0.5F, y.data());
    for (std::size_t i = 0; i < n; ++i)
      EXPECT_NEAR(static_cast<double>(y[i]), 0.5 * static_cast<double>(x[i]) + static_cast<double>(before[i]),
                  46 * kEps);
    y = x;
    kernel.cap(y.data(), n, 30);
    for (std::size_t i = 0; i < n; ++i) {
      // exp to 2 units, a sum, a quotient, a difference: each a unit of 1, times the cap.
      EXPECT_NEAR(static_cast<double>(y[i]), 30 * std::tanh(static_cast<double>(x[i]) / 30), 30 * 5 * kEps);
    }
  }
}

TEST_P(KernelsTest, RotateTurnsPairsOfEveryHead) {
  Random random(3);
  for (const std::size_t head : {2U, 10U, 32U, 64U, 128U}) {
    const std::size_t heads = 3;
    const std::vector<float> x = random.values(heads * head);
    std::vector<float> cosine;
    std::vector<float> sine;
    for (std::size_t i = 0; i < head / 2; ++i) {
      cosine.push_back(std::cos(static_cast<float>(i)));
      sine.push_back(std::sin(static_cast<float>(i)));
    }
    std::vector<float> y = x;
    kernel.rotate(y.data(), heads, head, head, cosine.data(), sine.data());
    for (std::size_t h = 0; h < heads; ++h) {
      for (std::size_t i = 0; i < head / 2; ++i) {
        const auto a = static_cast<double>(x[h * head + i]);
        const auto b = static_cast<double>(x[h * head + head / 2 + i]);
        const auto c = static_cast<double>(cosine[i]);
        const auto s = static_cast<double>(sine[i]);
        // Two products and a sum of numbers below 1: three half units of at most 2.
        EXPECT_NEAR(static_cast<double>(y[h * head + i]), a * c - b * s, 3 * kEps);
        EXPECT_NEAR(static_cast<double>(y[h * head + head / 2 + i]), b * c + a * s, 3 * kEps);
      }
    }
  }
}

TEST_P(KernelsTest, ScaleMaximumAndLogSumExp) {
  Random random(4);
  for (const std::size_t n : {1U, 7U, 16U, 53U, 256U, 768U, 1000U}) {
    std::vector<float> x = random.values(n, 30);
    EXPECT_EQ(kernel.maximum(x.data(), n), *std::max_element(x.begin(), x.end()));
    double total = 0;
    for (const float value : x) total += std::exp(static_cast<double>(value));
    // Terms are good to 2 units, sums of 16 add 20 more; relative in the sum is absolute in its logarithm. x
    // - max is rounded to half a unit of at most 60.
    EXPECT_NEAR(kernel.log_sum_exp(x.data(), n), std::log(total), (22 + 32) * kEps);
    const std::vector<float> before = x;
    kernel.scale(x.data(), n, 0.3F);
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(x[i], before[i] * 0.3F);
  }
}

TEST_P(KernelsTest, MaximumPassesOverNan) {
  const std::vector<float> x = {std::nanf(""), 2, 5, std::nanf(""), 4};
  EXPECT_EQ(kernel.maximum(x.data(), x.size()), 5);
  EXPECT_EQ(kernel.maximum(x.data(), 1), -kInfinity);
}

}  // namespace
}  // namespace tsugi::eval::kernels
