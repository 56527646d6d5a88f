// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/walk.h"

#include <gtest/gtest.h>

#include "tests/support/memory_merge.h"

namespace tsugi::merge {
namespace {

struct Sum {
  double value = 0;
  void add(const Sum& other) { value += other.value; }
};

// Refuses anything but whole rows of five.
class RowsOfFive : public RowReader {
 public:
  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override {
    ASSERT_EQ(out.size(), rows * 5);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(row_begin * 5 + i);
  }
  std::uint64_t stored_bytes() const override { return 0; }
};

TEST(Walk, ReadsRowsWholeWhereBytesDoNotTell) {
  TensorView view{.name = "w", .dtype = DType::F32, .shape = {100'000, 5}};
  view.rows = std::make_shared<RowsOfFive>();
  const Walk walk = walk_of({&view, nullptr});
  EXPECT_EQ(walk.step % 5, 0u);
  EXPECT_EQ(walk.block % walk.step, 0u);
  double expected = 0;
  for (std::size_t i = 0; i < 500'000; ++i) expected += static_cast<double>(i);
  const std::vector<Sum> sums =
      sum_over<Sum>(std::span(&walk, 1), [&](std::size_t, std::size_t begin, std::size_t count, Sum& sum) {
        const std::span<float> values = walk_buffer(0, count);
        read_values(view, begin, values);
        for (const float value : values) sum.value += static_cast<double>(value);
      });
  EXPECT_EQ(sums.at(0).value, expected);
}

// One long vector is one row, but need not be read at once.
TEST(Walk, CutsPlainVectors) {
  const TensorView view{.name = "w", .dtype = DType::F32, .shape = {1'000'000'000}};
  EXPECT_LE(walk_of({&view}).step, kTileElements);
}

// The exact order shows in rounding: one thread and two give the same bits.
TEST(Walk, SameBitsForAnyNumberOfThreads) {
  std::vector<Walk> walks(3);
  for (std::size_t i = 0; i < 3; ++i) walks[i].elements = 900'000 * i + 17;
  const auto run = [&](std::size_t threads) {
    ThreadPool pool(threads);
    std::vector<Sum> sums;
    pool.run([&] {
      sums = sum_over<Sum>(walks, [](std::size_t tensor, std::size_t begin, std::size_t count, Sum& sum) {
        for (std::size_t i = begin; i < begin + count; ++i)
          sum.value += 1.0 / static_cast<double>(i * 7 + tensor + 1);
      });
    });
    return sums;
  };
  const std::vector<Sum> one = run(1);
  const std::vector<Sum> two = run(2);
  ASSERT_EQ(one.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(one[i].value, two[i].value);
}

TEST(AddPairwise, IsATree) {
  // (1 + 2^-53) is lost, but not when the two halves meet first.
  const double tiny = 0x1p-53;
  EXPECT_EQ(add_pairwise(std::vector<Sum>{{1}, {tiny}, {tiny}, {tiny}}).value, 1 + 2 * tiny);
  EXPECT_EQ(add_pairwise(std::vector<Sum>{}).value, 0);
}

}  // namespace
}  // namespace tsugi::merge
