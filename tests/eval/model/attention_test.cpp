// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "eval/model/aligned_buffer.h"
#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/kv_cache.h"
#include "merge/checkpoint/tensor.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval {
namespace {

using kernels::Attention;
using kernels::kKvBlock;
using tests::Random;

// One for each instruction set of this CPU, in f32 and, where there is one, in bf16.
struct Variant {
  const kernels::Kernels* kernel;
  DType element;
  const kernels::Bf16Kernels* bf16 = nullptr;
};

std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const kernels::Kernels* kernel : kernels::available()) all.push_back({kernel, DType::F32});
  for (const kernels::Bf16Kernels* bf16 : kernels::available_bf16())
    all.push_back({&kernels::kAvx512, DType::BF16, bf16});
  return all;
}

constexpr TokenId kPrompt[] = {1};  // too short to be shared

struct Case {
  std::size_t heads, kv_heads, head, positions;
  std::size_t window = 0;
  float cap = 0;
};

// Queries, keys and values by position, and a cache of two sequences that holds them in the second one, whose
// blocks are neither the first nor in order.
class Data {
 public:
  Data(const Case& size, DType element)
      : c(size), element_(element), cache_(shape(), 2, element, room(), memory_) {
    Random random(5);
    const auto values = [&](std::size_t count, float most) {
      std::vector<float> all = random.values(count, most);
      if (element == DType::BF16) merge::round_to(DType::BF16, all);
      return all;
    };
    q = values(c.positions * c.heads * c.head, 2);
    k = values(c.positions * c.kv_heads * c.head, 2);
    v = values(c.positions * c.kv_heads * c.head, 1);
    spoil();
    cache_.release(0);
    EXPECT_TRUE(cache_.reserve(0, kPrompt, 1, 0));
    EXPECT_TRUE(cache_.reserve(1, kPrompt, c.positions, 0));
    cache_.store(1, 1, 0, c.positions, k.data(), v.data(), c.kv_heads * c.head);
  }

  // What a position holds for every head from now on.
  void overwrite(std::size_t position, float value) {
    const std::vector<float> row(c.kv_heads * c.head, value);
    cache_.store(1, 1, position, 1, row.data(), row.data(), row.size());
  }

  // Positions [first, first + rows).
  std::vector<float> run(const kernels::Kernels& kernel, std::size_t first, std::size_t rows) const {
    std::vector<float> out(rows * c.heads * c.head);
    std::vector<std::uint16_t> halves(out.size());
    AlignedBuffer<float> scratch(kernels::attention_scratch(c.head, c.positions));
    Attention work;
    cache_.locate(1, 1, work);
    work.q = q.data() + first * c.heads * c.head;
    work.out = element_ == DType::BF16 ? static_cast<void*>(halves.data()) : out.data();
    work.scratch = scratch.data();
    work.q_stride = c.heads * c.head;
    work.out_stride = c.heads * c.head;
    work.rows = rows;
    work.first_position = first;
    work.heads = c.heads;
    work.kv_heads = c.kv_heads;
    work.head = c.head;
    work.capacity = c.positions;
    work.scale = 0.4F;
    work.window = c.window;
    work.cap = c.cap;
    if (element_ == DType::F32) {
      kernel.attend(work);
      return out;
    }
    kernels::active_bf16()->attend(work);
    std::transform(halves.begin(), halves.end(), out.begin(), [](std::uint16_t x) {
      return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16U);
    });
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

  Case c;
  std::vector<float> q, k, v;

 private:
  ModelShape shape() const {
    ModelShape shape;
    shape.kv_heads = c.kv_heads;
    shape.head = c.head;
    return shape;
  }
  KvRoom room() const { return {2, KvCache::blocks_of(c.positions) + 1, c.positions}; }

  // What an earlier sequence left must not matter, be it a number or not.
  void spoil() {
    const std::size_t all = room().blocks * kKvBlock;
    const std::vector<float> rows(all * c.kv_heads * c.head, std::nanf(""));
    EXPECT_TRUE(cache_.reserve(0, kPrompt, all, 0));
    cache_.store(1, 0, 0, all, rows.data(), rows.data(), c.kv_heads * c.head);
  }

  DType element_;
  AlignedBuffer<std::byte> memory_;
  KvCache cache_;
};

class AttentionTest : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    kernels::activate(*GetParam().kernel);
    kernels::activate_bf16(GetParam().bf16);
  }
  void TearDown() override {
    kernels::activate(before_);
    kernels::activate_bf16(bf16_before_);
  }
  const kernels::Kernels& kernel() const { return *GetParam().kernel; }
  DType element() const { return GetParam().element; }

 private:
  const kernels::Kernels& before_ = kernels::active();
  const kernels::Bf16Kernels* bf16_before_ = kernels::active_bf16();
};

INSTANTIATE_TEST_SUITE_P(Available, AttentionTest, testing::ValuesIn(variants()), [](const auto& parameter) {
  const kernels::Bf16Kernels* bf16 = parameter.param.bf16;
  std::string name = bf16 == nullptr ? parameter.param.kernel->name : bf16->name;
  std::erase(name, '-');
  std::replace(name.begin(), name.end(), ' ', '_');
  return name + (parameter.param.element == DType::BF16 ? "_bf16" : "_f32");
});

TEST_P(AttentionTest, IsSoftmaxOverEarlierPositions) {
  for (const Case& c : {Case{4, 2, 32, 40},
                        {6, 2, 10, 19},
                        {5, 1, 16, 33},
                        {3, 3, 64, 17},
                        {8, 1, 24, 70},
                        {3, 1, 7, 66},
                        {1, 1, 2, 1},
                        {4, 2, 16, 40, 7},
                        {2, 1, 16, 90, 33},
                        {4, 1, 32, 35, 16, 2.5F},
                        {4, 2, 32, 20, 0, 5}}) {
    const Data data(c, element());
    const std::vector<float> out = data.run(kernel(), 0, c.positions);
    for (std::size_t p = 0; p < c.positions; ++p) {
      for (std::size_t h = 0; h < c.heads; ++h) {
        for (std::size_t d = 0; d < c.head; d += 3) {
          // Scores of size 0.4 * 4 * sqrt(head) are good to head eps, which is relative in a weight; the mean
          // of values below 1 is as good as its weights. 8 more for exp, sums of up to 6 blocks and the
          // quotient. In bf16 weights are rounded to 2^-9 of themselves, and so is the mean.
          const double eps = static_cast<double>(std::numeric_limits<float>::epsilon());
          const double score = 0.4 * 4 * std::sqrt(static_cast<double>(c.head));
          const double tolerance =
              (score * static_cast<double>(c.head) / 2 + static_cast<double>(p) / 2 + 8) * eps +
              (element() == DType::BF16 ? std::ldexp(1, -8) : 0);
          ASSERT_NEAR(static_cast<double>(out[(p * c.heads + h) * c.head + d]), data.exact(p, h, d),
                      tolerance)
              << p << " of " << c.positions << ", head " << h << ", element " << d;
        }
      }
    }
  }
}

TEST_P(AttentionTest, APositionDoesNotDependOnItsCompany) {
  for (const Case& c : {Case{6, 2, 24, 70}, {4, 1, 16, 70, 9}, {3, 1, 16, 70, 32}}) {
    const Data data(c, element());
    const std::size_t width = c.heads * c.head;
    const std::vector<float> all = data.run(kernel(), 0, c.positions);
    for (std::size_t p = 0; p < c.positions; ++p) {
      for (const std::size_t rows : {1U, 2U, 5U}) {
        if (p + rows > c.positions) continue;
        const std::vector<float> few = data.run(kernel(), p, rows);
        EXPECT_TRUE(std::equal(few.begin(), few.end(), all.begin() + static_cast<std::ptrdiff_t>(p * width)))
            << rows << " rows from " << p;
      }
    }
  }
}

// A row that is computed together with later ones, or with ones that see further back, must not meet what
// they see: zero times infinity is no number.
TEST_P(AttentionTest, WhatARowMayNotSeeCannotHarmIt) {
  for (const std::size_t window : {0U, 11U}) {
    const Case c = {4, 2, 16, 60, window};
    Data data(c, element());
    const std::vector<float> before = data.run(kernel(), 0, c.positions);
    constexpr std::size_t kBad = 41;
    data.overwrite(kBad, std::numeric_limits<float>::infinity());
    const std::vector<float> after = data.run(kernel(), 0, c.positions);
    const std::size_t width = c.heads * c.head;
    for (std::size_t p = 0; p < c.positions; ++p) {
      const bool sees = p >= kBad && (window == 0 || p < kBad + window);
      for (std::size_t i = p * width; !sees && i < (p + 1) * width; ++i) ASSERT_EQ(after[i], before[i]) << p;
    }
  }
}

}  // namespace
}  // namespace tsugi::eval
