// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/low_rank.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

namespace tsugi::merge {
namespace {

/// Random numbers and the tensor that views them.
struct Matrix {
  Matrix(std::size_t rows, std::size_t columns, unsigned seed) : values(rows * columns) {
    std::mt19937 engine(seed);
    for (float& value : values) value = static_cast<float>(engine() % 2001) / 1000 - 1;
    view = {.name = "m",
            .dtype = DType::F32,
            .shape = {rows, columns},
            .bytes = std::as_bytes(std::span(values))};
  }
  double at(std::size_t row, std::size_t column) const { return values[row * view.shape[1] + column]; }

  std::vector<float> values;
  TensorView view;
};

TEST(LowRank, EqualsTheSumByDefinition) {
  const auto cache = std::make_shared<FactorCache>();
  for (const std::size_t rank : {1, 2, 7, 16, 65}) {
    for (const auto& [out, in] :
         {std::pair<std::size_t, std::size_t>{1, 1}, {3, 5}, {4, 16}, {9, 33}, {30, 100}}) {
      const Matrix a(rank, in, 1);
      const Matrix b(out, rank, 2);
      for (const bool transposed : {false, true}) {
        const LowRank product(a.view, b.view, transposed, 0.5F, cache);
        const std::size_t rows = transposed ? in : out;
        const std::size_t columns = transposed ? out : in;
        ASSERT_EQ(product.rows(), rows);
        ASSERT_EQ(product.columns(), columns);
        const std::vector<float> start(rows * columns, 3);
        std::vector<float> whole = start;
        product.add(0, rows, whole);
        for (std::size_t i = 0; i < rows; ++i) {
          for (std::size_t j = 0; j < columns; ++j) {
            double sum = 0;
            for (std::size_t k = 0; k < rank; ++k)
              sum += transposed ? b.at(j, k) * a.at(k, i) : b.at(i, k) * a.at(k, j);
            // Every addition rounds by at most 2^-24 of sums that stay below the rank.
            EXPECT_NEAR(whole[i * columns + j], 3 + 0.5 * sum,
                        (static_cast<double>(rank * rank) + 4) * 0x1p-24);
          }
        }
        std::vector<float> by_rows = start;
        for (std::size_t i = 0; i < rows; ++i)
          product.add(i, 1, std::span(by_rows).subspan(i * columns, columns));
        EXPECT_EQ(std::memcmp(by_rows.data(), whole.data(), whole.size() * sizeof(float)), 0);
      }
    }
  }
}

TEST(FactorCache, KeepsTheLatestWithinItsBound) {
  FactorCache cache;
  const auto of_size = [](std::size_t floats) {
    auto factors = std::make_shared<PackedFactors>();
    factors->right.resize(floats);
    return factors;
  };
  const std::size_t third = (std::size_t{64} << 20) / sizeof(float) / 3;
  for (const std::uint64_t owner : {0, 1, 2}) cache.keep(owner, of_size(third));
  EXPECT_NE(cache.find(0), nullptr);  // used: the second is now the oldest
  cache.keep(3, of_size(third));
  EXPECT_EQ(cache.find(1), nullptr);
  EXPECT_NE(cache.find(0), nullptr);
  EXPECT_LE(cache.bytes(), std::size_t{64} << 20);
  cache.keep(4, of_size(5 * third));  // too large for the bound: held alone
  EXPECT_NE(cache.find(4), nullptr);
  EXPECT_EQ(cache.find(0), nullptr);
}

}  // namespace
}  // namespace tsugi::merge
