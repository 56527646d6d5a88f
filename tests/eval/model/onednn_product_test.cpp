// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kernels/onednn_product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "merge/checkpoint/tensor.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval {
namespace {

using tests::Random;

// In F32 everywhere; in BF16 where the CPU has it.
std::vector<DType> types() {
  std::vector<DType> result = {DType::F32};
  if (onednn_has_bf16()) result.push_back(DType::BF16);
  return result;
}

class OneDnnProductTest : public testing::TestWithParam<DType> {
 protected:
  static constexpr std::size_t kOut = 40;
  static constexpr std::size_t kIn = 128;
  static constexpr std::size_t kRows = OneDnnProduct::kRows + 6;

  OneDnnProductTest()
      : product(std::make_shared<const OneDnnProduct>(kOut, kIn, GetParam())),
        matrix(kOut, kIn, GetParam() == DType::BF16 ? Layout::rows_bf16 : Layout::rows_f32, product) {
    Random random(1);
    w = random.values(kOut * kIn);
    x = random.values(kRows * kIn);
    merge::round_to(GetParam(), w);
    merge::round_to(GetParam(), x);
    matrix.write(0, w);
  }

  std::vector<float> run(std::size_t first, std::size_t rows, bool add = false) {
    std::vector<float> y(rows * activation_stride(kOut), 0.5F);
    // As in the program: a worker of the pool keeps OpenMP, which splits rows over its threads, to one.
    merge::ThreadPool(1).run([&] {
      matrix.multiply({x.data() + first * kIn, kIn, rows}, {y.data(), activation_stride(kOut), rows}, add,
                      scratch);
    });
    std::vector<float> result;
    for (std::size_t r = 0; r < rows; ++r) {
      const auto row = y.begin() + static_cast<std::ptrdiff_t>(r * activation_stride(kOut));
      result.insert(result.end(), row, row + kOut);
    }
    return result;
  }

  std::shared_ptr<const OneDnnProduct> product;
  PackedMatrix matrix;
  ProductScratch scratch;
  std::vector<float> w;
  std::vector<float> x;
};

INSTANTIATE_TEST_SUITE_P(Types, OneDnnProductTest, testing::ValuesIn(types()),
                         [](const auto& parameter) { return std::string(name(parameter.param)); });

TEST_P(OneDnnProductTest, MultipliesLikePlainLoops) {
  const std::vector<float> y = run(0, kRows);
  const std::vector<float> added = run(0, kRows, true);
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t n = 0; n < kOut; ++n) {
      double exact = 0;
      double size = 0;
      for (std::size_t k = 0; k < kIn; ++k) {
        const double term = static_cast<double>(x[r * kIn + k]) * static_cast<double>(w[n * kIn + k]);
        exact += term;
        size += std::abs(term);
      }
      const double tolerance = (kIn + 2) * 1.2e-7 * size;  // sums in f32 in any order: at most `in` roundings
      EXPECT_NEAR(static_cast<double>(y[r * kOut + n]), exact, tolerance);
      EXPECT_EQ(added[r * kOut + n], 0.5F + y[r * kOut + n]);
    }
  }
}

TEST_P(OneDnnProductTest, ARowDoesNotDependOnItsCompany) {
  const std::vector<float> all = run(0, kRows);
  for (std::size_t rows = 1; rows <= kRows; rows += 3) {
    const std::vector<float> last = run(kRows - rows, rows);
    EXPECT_TRUE(std::equal(last.begin(), last.end(), all.end() - static_cast<std::ptrdiff_t>(last.size())))
        << rows;
  }
}

TEST(OneDnnProduct, BfloatWithoutInstructionsIsAnError) {
  if (onednn_has_bf16()) GTEST_SKIP() << "this CPU has them";
  EXPECT_THROW(OneDnnProduct(16, 16, DType::BF16), Error);
}

}  // namespace
}  // namespace tsugi::eval
