// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/overlap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "tests/support/memory_merge.h"

namespace tsugi::merge {
namespace {

using tests::MemoryTensor;

// The k largest |x - base| by a stable sort: of equal ones the first.
std::set<std::size_t> largest(const std::vector<float>& x, const std::vector<float>& base, std::size_t k) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return std::fabs(x[i] - base[i]) > std::fabs(x[j] - base[j]);
  });
  return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k)};
}

TEST(TopOverlap, AgreesWithASort) {
  constexpr std::size_t kCount = 20'011;  // three tiles; whole numbers from a small set, so that many tie
  std::vector<float> base(kCount);
  std::vector<float> a(kCount);
  std::vector<float> b(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    base[i] = static_cast<float>(i % 3);
    a[i] = static_cast<float>(i * 31 % 23);
    b[i] = static_cast<float>(i * 17 % 29);
  }
  const MemoryTensor first("w", {kCount}, a);
  const MemoryTensor second("w", {kCount}, b);
  const MemoryTensor start("w", {kCount}, base);
  const auto of_a = largest(a, base, kCount / 5);
  const auto of_b = largest(b, base, kCount / 5);
  std::size_t both = 0;
  for (const std::size_t i : of_a) both += of_b.count(i);
  const Overlap seen = top_overlap({&first.view, &second.view, &start.view});
  EXPECT_EQ(seen.kept, kCount / 5);
  EXPECT_EQ(seen.both, both);
  EXPECT_EQ(top_overlap({&first.view, &first.view, &start.view}).both, kCount / 5);
}

TEST(TopOverlap, AFifthOfFewIsNone) {
  const MemoryTensor tiny("w", {4}, {1, 2, 3, 4});
  EXPECT_EQ(top_overlap({&tiny.view, &tiny.view, &tiny.view}).kept, 0u);
}

}  // namespace
}  // namespace tsugi::merge
