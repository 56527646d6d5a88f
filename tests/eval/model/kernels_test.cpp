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

TEST_P(KernelsTest, SiluMultiply) {
  Random random(2);
  for (const std::size_t n : {1U, 16U, 37U, 384U}) {
    const std::vector<float> gate = random.values(n, 20);
    const std::vector<float> up = random.values(n);
    std::vector<float> y(n);
    kernel.silu_multiply(gate.data(), up.data(), n, y.data());
    for (std::size_t i = 0; i < n; ++i) {
      const auto g = static_cast<double>(gate[i]);
      const double exact = g / (1 + std::exp(-g)) * static_cast<double>(up[i]);
      // exp is good to 2 units, sum, quotient and product to half a unit each.
      EXPECT_NEAR(static_cast<double>(y[i]), exact, 4 * kEps * std::abs(exact));
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
    kernel.rotate(y.data(), heads, head, cosine.data(), sine.data());
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
    kernel.attend(work);
    return out;
  }

  double exact(std::size_t p, std::size_t h, std::size_t d) const {
    const std::size_t kv = h / (c.heads / c.kv_heads);
    double total = 0;
    double mixed = 0;
    for (std::size_t i = 0; i <= p; ++i) {
      double score = 0;
      for (std::size_t e = 0; e < c.head; ++e) {
        score += static_cast<double>(q[(p * c.heads + h) * c.head + e]) *
                 static_cast<double>(k[(i * c.kv_heads + kv) * c.head + e]);
      }
      const double weight = std::exp(static_cast<double>(0.4F) * score);
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
                                 {1, 1, 2, 1}}) {
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
