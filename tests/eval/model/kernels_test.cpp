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

double exact_nonlinear(Nonlinear f, double x) {
  switch (f) {
    case Nonlinear::silu:
      return x / (1 + std::exp(-x));
    case Nonlinear::gelu:
      return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    case Nonlinear::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
    case Nonlinear::quick_gelu:
      return x / (1 + std::exp(-1.702 * x));
    case Nonlinear::relu:
      return std::max(x, 0.0);
  }
  return 0;
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

struct AttentionCase {
  std::size_t heads, kv_heads, head, positions;
  std::size_t window = 0;
  float cap = 0;
};

// Queries, keys and values by position, and the same in the layout of the cache.
struct AttentionData {
  explicit AttentionData(const AttentionCase& size)
      : c(size), capacity(round_up(c.positions, kLanes)), stride(round_up(c.head, kLanes)) {
    Random random(5);
    q = random.values(c.positions * c.heads * c.head, 2);
    k = random.values(c.positions * c.kv_heads * c.head, 2);
    v = random.values(c.positions * c.kv_heads * c.head);
    keys.resize(capacity * c.kv_heads * c.head, 777);  // what no position has written must not matter
    values.resize(capacity * c.kv_heads * stride, 777);
    for (std::size_t p = 0; p < c.positions; ++p) {
      for (std::size_t h = 0; h < c.kv_heads; ++h) {
        for (std::size_t d = 0; d < c.head; ++d) {
          const float key = k[(p * c.kv_heads + h) * c.head + d];
          keys[((h * capacity + p / 16 * 16) * c.head) + d * 16 + p % 16] = key;
          values[(h * capacity + p) * stride + d] = v[(p * c.kv_heads + h) * c.head + d];
        }
      }
    }
  }

  // Positions [first, first + rows).
  std::vector<float> run(const Kernels& kernel, std::size_t first, std::size_t rows) const {
    std::vector<float> out(rows * c.heads * c.head);
    std::vector<float> scores(4 * capacity);
    Attention work;
    work.q = q.data() + first * c.heads * c.head;
    work.keys = keys.data();
    work.values = values.data();
    work.out = out.data();
    work.scores = scores.data();
    work.q_stride = c.heads * c.head;
    work.out_stride = c.heads * c.head;
    work.rows = rows;
    work.first_position = first;
    work.heads = c.heads;
    work.kv_heads = c.kv_heads;
    work.head = c.head;
    work.capacity = capacity;
    work.scale = 0.4F;
    work.window = c.window;
    work.cap = c.cap;
    kernel.attend(work);
    return out;
  }

  double exact(std::size_t p, std::size_t h, std::size_t d) const {
    const std::size_t kv = h / (c.heads / c.kv_heads);
    double total = 0;
    double mixed = 0;
    const std::size_t first = c.window > 0 && p + 1 > c.window ? p + 1 - c.window : 0;
    for (std::size_t i = first; i <= p; ++i) {
      double score = 0;
      for (std::size_t e = 0; e < c.head; ++e) {
        score += static_cast<double>(q[(p * c.heads + h) * c.head + e]) *
                 static_cast<double>(k[(i * c.kv_heads + kv) * c.head + e]);
      }
      score *= static_cast<double>(0.4F);
      if (c.cap > 0) score = static_cast<double>(c.cap) * std::tanh(score / static_cast<double>(c.cap));
      const double weight = std::exp(score);
      total += weight;
      mixed += weight * static_cast<double>(v[(i * c.kv_heads + kv) * c.head + d]);
    }
    return mixed / total;
  }

  AttentionCase c;
  std::size_t capacity;
  std::size_t stride;
  std::vector<float> q, k, v, keys, values;
};

TEST_P(KernelsTest, AttentionIsSoftmaxOverEarlierPositions) {
  for (const AttentionCase& c : {AttentionCase{4, 2, 32, 40},
                                 {6, 2, 10, 19},
                                 {5, 1, 16, 33},
                                 {3, 3, 64, 17},
                                 {8, 1, 24, 70},
                                 {1, 1, 2, 1},
                                 {4, 2, 16, 40, 7},
                                 {2, 1, 16, 60, 33},
                                 {4, 1, 32, 35, 16, 2.5F},
                                 {4, 2, 32, 20, 0, 5}}) {
    const AttentionData data(c);
    const std::vector<float> out = data.run(kernel, 0, c.positions);
    for (std::size_t p = 0; p < c.positions; ++p) {
      for (std::size_t h = 0; h < c.heads; ++h) {
        for (std::size_t d = 0; d < c.head; d += 3) {
          // Scores of size 0.4 * 4 * sqrt(head) are good to head eps, which is relative in a weight; the mean
          // of values below 1 is as good as its weights. 8 more for exp, sums of up to 5 blocks and the
          // quotient.
          const double score = 0.4 * 4 * std::sqrt(static_cast<double>(c.head));
          const double tolerance =
              (score * static_cast<double>(c.head) / 2 + static_cast<double>(p) / 2 + 8) * kEps;
          EXPECT_NEAR(static_cast<double>(out[(p * c.heads + h) * c.head + d]), data.exact(p, h, d),
                      tolerance);
        }
      }
    }
  }
}

TEST_P(KernelsTest, AttentionOfAPositionDoesNotDependOnItsCompany) {
  const AttentionData data({6, 2, 24, 50});
  const std::vector<float> all = data.run(kernel, 0, 50);
  const std::size_t width = 6 * 24;
  for (std::size_t p = 0; p < 50; ++p) {
    const std::vector<float> alone = data.run(kernel, p, 1);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), all.begin() + static_cast<std::ptrdiff_t>(p * width)))
        << p;
  }
}

}  // namespace
}  // namespace tsugi::eval::kernels
