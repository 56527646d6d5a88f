// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/sink.h"

#include <gtest/gtest.h>

namespace tsugi::merge {
namespace {

TEST(OutputTensor, RowsAreTheLastAxis) {
  const auto tensor = [](Shape shape) { return OutputTensor{0, "t", std::move(shape), DType::F32, 0}; };
  EXPECT_EQ(tensor({3, 4}).rows(), 3U);
  EXPECT_EQ(tensor({3, 4}).row_length(), 4U);
  EXPECT_EQ(tensor({2, 3, 4}).rows(), 6U);
  EXPECT_EQ(tensor({5}).rows(), 1U);
  EXPECT_EQ(tensor({5}).row_length(), 5U);
  EXPECT_EQ(tensor({}).rows(), 1U);
  EXPECT_EQ(tensor({}).row_length(), 1U);
  EXPECT_EQ(tensor({0, 4}).rows(), 0U);
}

}  // namespace
}  // namespace tsugi::merge
