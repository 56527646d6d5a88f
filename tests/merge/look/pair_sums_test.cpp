// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/pair_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace tsugi::merge {
namespace {

// Whole numbers: every sum is exact in f64, whatever its order.
std::vector<float> whole_numbers(std::size_t count, int step) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(static_cast<int>(i) * step % 19 - 9);
  }
  return values;
}

TEST(PairSums, AgreesWithAPlainLoop) {
  std::vector<float> a = whole_numbers(1003, 7);
  std::vector<float> b = whole_numbers(1003, 5);
  PairSums expected;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i];
    const double y = b[i];
    expected.aa += x * x;
    expected.bb += y * y;
    expected.ab += x * y;
    expected.dd += (x - y) * (x - y);
    expected.changed += x != y ? 1 : 0;
    expected.largest = std::max(expected.largest, std::fabs(b[i] - a[i]));
  }
  PairSums seen;
  add_pairs(a, b, {}, seen);
  EXPECT_EQ(seen.elements, 1003u);
  EXPECT_EQ(seen.bad, 0u);
  EXPECT_EQ(seen.aa, expected.aa);
  EXPECT_EQ(seen.bb, expected.bb);
  EXPECT_EQ(seen.ab, expected.ab);
  EXPECT_EQ(seen.dd, expected.dd);
  EXPECT_EQ(seen.changed, expected.changed);
  EXPECT_EQ(seen.largest, expected.largest);
  EXPECT_DOUBLE_EQ(*seen.relative_l2(), std::sqrt(expected.dd / expected.aa));
  EXPECT_DOUBLE_EQ(*seen.cosine(), expected.ab / std::sqrt(expected.aa * expected.bb));
}

TEST(PairSums, ZeroHasNoDirection) {
  std::vector<float> zero(3);
  std::vector<float> minus{-0.0F, 0, 0};
  PairSums sums;
  add_pairs(zero, minus, {}, sums);
  EXPECT_EQ(sums.changed, 0u);
  EXPECT_FALSE(sums.relative_l2().has_value());
  EXPECT_FALSE(sums.cosine().has_value());
  EXPECT_EQ(PairSums{}.changed_share(), 0);
}

TEST(PairSums, LeavesOutWhatIsNotFinite) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> a{1, kNan, 3, 4};
  std::vector<float> b{1, 2, 5, 6};
  std::vector<float> c{0, 0, std::numeric_limits<float>::infinity(), 0};
  PairSums sums;
  add_pairs(a, b, c, sums);
  EXPECT_EQ(sums.bad, 2u);
  EXPECT_EQ(sums.elements, 4u);
  EXPECT_EQ(sums.dd, 4);
  EXPECT_EQ(sums.aa, 17);
  EXPECT_EQ(c, std::vector<float>(4));
}

TEST(TaskSums, CountsSignConflictsWhereBothMoved) {
  std::vector<float> base{1, 1, 1, 1, 1, 1};
  std::vector<float> a{2, 0, 2, 1, 0, 1};  // + - + 0 - 0
  std::vector<float> b{3, 2, 0, 4, 0, 1};  // + + - + - 0
  TaskSums sums;
  add_tasks(a, b, base, sums);
  EXPECT_EQ(sums.both, 4u);
  EXPECT_EQ(sums.conflicts, 2u);
  EXPECT_DOUBLE_EQ(*sums.conflict_share(), .5);
  EXPECT_EQ(sums.cc, 6);
  EXPECT_EQ(sums.aa, 4);
  EXPECT_EQ(sums.bb, 4 + 1 + 1 + 9 + 1);
  EXPECT_EQ(sums.ab, 2 - 1 - 1 + 0 + 1);
  EXPECT_DOUBLE_EQ(*sums.relative_a(), std::sqrt(4.0 / 6));
  EXPECT_EQ(a, (std::vector<float>{1, -1, 1, 0, -1, 0}));
  EXPECT_FALSE(TaskSums{}.conflict_share().has_value());
}

}  // namespace
}  // namespace tsugi::merge
