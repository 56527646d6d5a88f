// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/value_scan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/memory_merge.h"

namespace tsugi::merge {
namespace {

using tests::MemoryTensor;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

// Whole numbers from -50 to 50: sums of their squares are exact.
std::vector<float> whole_numbers(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(static_cast<int>(i * 37 % 101) - 50);
  return values;
}

TEST(ScanValues, AgreesWithAPlainLoop) {
  const std::vector<float> values = whole_numbers(700'001);  // several blocks, and a rest
  double squares = 0;
  std::uint64_t zeros = 0;
  for (const float value : values) {
    squares += static_cast<double>(value) * static_cast<double>(value);
    zeros += value == 0 ? 1 : 0;
  }
  for (const DType type : {DType::F32, DType::BF16, DType::F16, DType::F64}) {
    const MemoryTensor tensor("w", {700'001}, values, type);
    const TensorView* view = &tensor.view;
    const ValueSums sums = scan_values(std::span(&view, 1)).at(0);
    EXPECT_EQ(sums.elements, 700'001u);
    EXPECT_EQ(sums.bad(), 0u);
    EXPECT_EQ(sums.zeros, zeros);
    EXPECT_EQ(sums.low, -50);
    EXPECT_EQ(sums.high, 50);
    EXPECT_EQ(sums.squares, squares);
    EXPECT_EQ(scan_values(tensor.view).squares, squares);
  }
}

TEST(ScanValues, CountsWhatIsNotFinite) {
  std::vector<float> values = whole_numbers(300'000);
  values[299'999] = kNan;
  values[123'456] = -kInf;
  values[123'457] = kInf;
  const MemoryTensor tensor("w", {300, 1000}, values);
  const TensorView* view = &tensor.view;
  const ValueSums sums = scan_values(std::span(&view, 1)).at(0);
  EXPECT_EQ(sums.nan, 1u);
  EXPECT_EQ(sums.infinite, 2u);
  EXPECT_EQ(sums.low, -50);
  EXPECT_EQ(sums.high, 50);
  EXPECT_EQ(bad_values_text(sums, {300, 1000}),
            "1 NaN and 2 infinite of 300000 values, the first at element 123456 [row 123, column 456]");
  EXPECT_EQ(bad_values_text(sums, {300'000}),
            "1 NaN and 2 infinite of 300000 values, the first at element 123456");
}

TEST(ScanValues, FindsExtremesOfNegativeAndOfVerySmallNumbers) {
  ValueSums sums;
  add_values(std::vector<float>{-3, -1e-40F, -2}, 0, sums);
  EXPECT_EQ(sums.low, -3);
  EXPECT_EQ(sums.high, -1e-40F);
  ValueSums zeros;
  add_values(std::vector<float>{-0.0F, 0.0F}, 0, zeros);
  EXPECT_EQ(zeros.zeros, 2u);
  EXPECT_EQ(zeros.low, zeros.high);
}

TEST(ScanValues, ConstantMatricesLookUninitialised) {
  ValueSums zeros;
  add_values(std::vector<float>(6), 0, zeros);
  EXPECT_EQ(uninitialised_text(zeros, {2, 3}), "every value is zero: looks uninitialised");
  EXPECT_EQ(uninitialised_text(zeros, {6}), "");
  ValueSums halves;
  add_values(std::vector<float>(6, .5F), 0, halves);
  EXPECT_EQ(uninitialised_text(halves, {2, 3}), "every value is 0.5: looks uninitialised");
  ValueSums mixed;
  add_values(std::vector<float>{0, 1}, 0, mixed);
  EXPECT_EQ(uninitialised_text(mixed, {1, 2}), "");
}

}  // namespace
}  // namespace tsugi::merge
