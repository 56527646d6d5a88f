// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/packed_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"
#include "merge/checkpoint/tensor.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval {
namespace {

using tests::Random;

// Rows of activations with room for whole panels.
struct Rows {
  Rows(std::size_t rows, std::size_t width) : memory(rows * activation_stride(width)) {
    view = {memory.data(), activation_stride(width), rows};
  }
  std::vector<float> memory;
  Activations view;
};

Rows random_rows(Random& random, std::size_t rows, std::size_t width) {
  Rows result(rows, width);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t k = 0; k < width; ++k) result.view.row(r)[k] = random.next();
    // What stands right of the row must not matter, be it a number or not.
    for (std::size_t k = width; k < result.view.stride; ++k) result.view.row(r)[k] = std::nanf("");
  }
  return result;
}

// One test for each instruction set of this CPU and each layout of panels.
struct Variant {
  const kernels::Kernels* kernel;
  Layout layout;
  const kernels::Bf16Kernels* bf16 = nullptr;
};

std::vector<Variant> variants() {
  std::vector<Variant> result;
  for (const kernels::Kernels* kernel : kernels::available()) {
    result.push_back({kernel, Layout::panels_f32});
    result.push_back({kernel, Layout::panels_bf16});
  }
  for (const kernels::Bf16Kernels* bf16 : kernels::available_bf16())
    result.push_back({&kernels::kAvx512, Layout::pairs_bf16, bf16});
  return result;
}

class PackedMatrixTest : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    kernels::activate(*GetParam().kernel);
    kernels::activate_bf16(GetParam().bf16);
  }
  void TearDown() override {
    kernels::activate(before_);
    kernels::activate_bf16(bf16_before_);
  }

  bool halves() const { return GetParam().layout != Layout::panels_f32; }
  // Rows of activations that lose nothing when the layout's product rounds them.
  Rows exact_rows(Random& random, std::size_t rows, std::size_t width) const {
    Rows result = random_rows(random, rows, width);
    if (GetParam().layout == Layout::pairs_bf16) {
      for (std::size_t r = 0; r < rows; ++r) merge::round_to(DType::BF16, {result.view.row(r), width});
    }
    return result;
  }
  // Values that the layout holds exactly.
  std::vector<float> weights(Random& random, std::size_t count) const {
    std::vector<float> values = random.values(count);
    if (halves()) merge::round_to(DType::BF16, values);
    return values;
  }

 private:
  const kernels::Kernels& before_ = kernels::active();
  const kernels::Bf16Kernels* bf16_before_ = kernels::active_bf16();
};

INSTANTIATE_TEST_SUITE_P(Available, PackedMatrixTest, testing::ValuesIn(variants()),
                         [](const auto& parameter) {
                           const kernels::Bf16Kernels* bf16 = parameter.param.bf16;
                           std::string name = bf16 == nullptr ? parameter.param.kernel->name : bf16->name;
                           std::erase(name, '-');
                           std::replace(name.begin(), name.end(), ' ', '_');
                           const Layout layout = parameter.param.layout;
                           if (layout == Layout::pairs_bf16) return name + "_pairs";
                           return name + (layout == Layout::panels_bf16 ? "_bf16" : "_f32");
                         });

// A row of operands as f32, and in bf16 what stands behind it up to a whole step.
std::vector<float> read_operands(const OperandRows& rows, std::size_t row, std::size_t columns, bool halves) {
  if (!halves) {
    const auto* values = static_cast<const float*>(rows.row(row));
    return {values, values + columns};
  }
  std::vector<float> all;
  const auto* values = static_cast<const std::uint16_t*>(rows.row(row));
  for (std::size_t i = 0; i < kernels::round_up(columns, kernels::kBf16Step); ++i)
    all.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(values[i]) << 16U));
  return all;
}

TEST_P(PackedMatrixTest, OperandsAreTheSameHoweverTheyAreMade) {
  Random random(9);
  const bool halves = GetParam().layout == Layout::pairs_bf16;
  for (const std::size_t columns : {1U, 37U, 64U}) {
    const std::vector<float> x = random.values(columns);
    std::vector<float> expected = x;
    if (halves) {
      merge::round_to(DType::BF16, expected);
      expected.resize(kernels::round_up(columns, kernels::kBf16Step));  // with zeros
    }
    AlignedBuffer<float> memory(4 * activation_stride(columns));
    std::fill_n(memory.data(), memory.size(), std::nanf(""));
    const OperandRows rows(GetParam().layout, columns, 4, memory.data());
    const std::size_t some = columns / 2;
    rows.write(0, 0, {x.data(), some});
    rows.write(0, some, {x.data() + some, columns - some});
    rows.make(1, [&](float* to) { std::copy(x.begin(), x.end(), to); });
    rows.copy(2, rows.all(), 1);
    if (halves) {
      GetParam().bf16->round(x.data(), columns, static_cast<std::uint16_t*>(rows.row(3)));
    } else {
      std::copy(x.begin(), x.end(), static_cast<float*>(rows.row(3)));
    }
    rows.finish(3);
    for (std::size_t r = 0; r < 4; ++r) EXPECT_EQ(read_operands(rows, r, columns, halves), expected) << r;
    EXPECT_EQ(rows.some(2, 1).data, rows.row(2));
    EXPECT_EQ(rows.first(3).rows, 3U);
  }
}

TEST_P(PackedMatrixTest, MultipliesLikePlainLoops) {
  Random random(1);
  ProductScratch scratch;
  const std::vector<std::pair<std::size_t, std::size_t>> sizes = {
      {16, 16}, {1, 1}, {53, 24}, {24, 37}, {64, 128}, {48, 257}, {32, 600}, {100, 511}};
  for (const auto& [out, in] : sizes) {
    const std::vector<float> w = weights(random, out * in);
    PackedMatrix matrix(out, in, GetParam().layout);
    matrix.write(0, w);
    for (const std::size_t rows : {1U, 2U, 5U, 7U, 13U, 29U, 250U}) {
      const Rows x = exact_rows(random, rows, in);
      Rows y(rows, out);
      std::fill(y.memory.begin(), y.memory.end(), 100.0F);
      for (const bool add : {false, true}) {
        matrix.multiply(x.view, y.view, add, scratch);
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t n = 0; n < out; ++n) {
            double exact = 0;
            double size = 0;
            for (std::size_t k = 0; k < in; ++k) {
              const double term = static_cast<double>(x.view.row(r)[k]) * static_cast<double>(w[n * in + k]);
              exact += term;
              size += std::abs(term);
            }
            // A chain of `in` sums and products: (in + 1) eps/2 of the sum of sizes each; one more when
            // added.
            const double eps = static_cast<double>(std::numeric_limits<float>::epsilon());
            const double tolerance = (static_cast<double>(in) + 2) * eps * size;
            EXPECT_NEAR(static_cast<double>(y.view.row(r)[n]), add ? 2 * exact : exact,
                        (add ? 3 : 1) * tolerance);
          }
        }
      }
    }
  }
}

TEST_P(PackedMatrixTest, ARowDoesNotDependOnItsCompany) {
  Random random(2);
  ProductScratch scratch;
  constexpr std::size_t kRows = 70;
  for (const auto& [out, in] : std::vector<std::pair<std::size_t, std::size_t>>{{40, 128}, {33, 301}}) {
    PackedMatrix matrix(out, in, GetParam().layout);
    matrix.write(0, weights(random, out * in));
    Rows x = exact_rows(random, kRows, in);
    Rows alone(kRows, out);
    for (std::size_t r = 0; r < kRows; ++r) {
      matrix.multiply({x.view.row(r), x.view.stride, 1}, {alone.view.row(r), alone.view.stride, 1}, false,
                      scratch);
    }
    for (std::size_t rows = 1; rows <= kRows; ++rows) {
      for (const std::size_t first :
           {std::size_t{0}, kRows - rows}) {  // every row at many places in its batch
        Rows y(rows, out);
        matrix.multiply({x.view.row(first), x.view.stride, rows}, y.view, false, scratch);
        for (std::size_t r = 0; r < rows; ++r) {
          const float* expected = alone.view.row(first + r);
          ASSERT_TRUE(std::equal(expected, expected + out, y.view.row(r),
                                 [](float a, float b) {
                                   return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
                                 }))
              << rows << " rows from " << first << ", row " << r;
        }
      }
    }
  }
}

TEST_P(PackedMatrixTest, ReadsBackWhatWasWrittenInAnyOrder) {
  Random random(3);
  for (const std::size_t columns : {1U, 24U, 37U, 300U}) {
    constexpr std::size_t kRows = 53;
    const std::vector<float> w = weights(random, kRows * columns);
    PackedMatrix matrix(kRows, columns, GetParam().layout);
    for (const std::size_t first : {40U, 0U, 5U, 21U}) {  // tiles that end inside panels
      const std::size_t rows = first == 40 ? 13 : first == 0 ? 5 : first == 5 ? 16 : 19;
      EXPECT_EQ(matrix.write(first, std::span(w).subspan(first * columns, rows * columns)), 0U);
    }
    std::vector<float> row(columns);
    for (std::size_t r = 0; r < kRows; ++r) {
      matrix.read_row(r, row);
      EXPECT_TRUE(std::equal(row.begin(), row.end(), w.begin() + static_cast<std::ptrdiff_t>(r * columns)));
    }
    EXPECT_EQ(matrix.bytes(), PackedMatrix::bytes(kRows, columns, GetParam().layout));
  }
}

TEST_P(PackedMatrixTest, CountsInfiniteAndNan) {
  PackedMatrix matrix(2, 3, GetParam().layout);
  const std::vector<float> values = {1, std::numeric_limits<float>::infinity(), std::nanf(""), 0, -3.4e38F,
                                     2};
  EXPECT_EQ(matrix.write(0, values), halves() ? 3U : 2U);  // -3.4e38 is past bf16's largest, 3.39e38
}

TEST(PackedMatrix, RowMajorLayoutsAreLookedUp) {
  Random random(4);
  for (const Layout layout : {Layout::rows_f32, Layout::rows_bf16}) {
    std::vector<float> w = random.values(7 * 5);
    if (layout == Layout::rows_bf16) merge::round_to(DType::BF16, w);
    PackedMatrix matrix(7, 5, layout);
    matrix.write(2, std::span(w).subspan(10));
    matrix.write(0, std::span(w).first(10));
    std::vector<float> row(5);
    for (std::size_t r = 0; r < 7; ++r) {
      matrix.read_row(r, row);
      EXPECT_TRUE(std::equal(row.begin(), row.end(), w.begin() + static_cast<std::ptrdiff_t>(r * 5)));
    }
  }
}

}  // namespace
}  // namespace tsugi::eval
