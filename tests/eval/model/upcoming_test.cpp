// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kernels/upcoming.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace tsugi::eval::kernels {
namespace {

constexpr std::size_t kLine = 64;

// Offsets of the lines that all parts ask for, until nothing is left.
std::multiset<std::size_t> lines_of(Upcoming& upcoming, const std::byte* memory, std::size_t steps) {
  std::multiset<std::size_t> lines;
  while (true) {
    const Upcoming::Part part = upcoming.take(steps);
    if (part.start == nullptr) return lines;
    EXPECT_LE(part.stride, kLine);
    std::set<std::size_t> of_part;
    for (std::size_t i = 0; i < steps; ++i)
      of_part.insert((static_cast<std::size_t>(part.start - memory) + i * part.stride) / kLine);
    lines.insert(of_part.begin(), of_part.end());
  }
}

// Sizes of pieces as several families have them, steps as products of few and of many inputs have them.
TEST(Upcoming, EveryLineIsAskedForAndHardlyAnyBehind) {
  for (const std::size_t lines : {4U, 128U, 384U, 1000U}) {
    for (const std::size_t steps : {1U, 7U, 64U, 288U, 384U, 2048U}) {
      const std::size_t bytes = lines * kLine;
      const std::vector<std::byte> memory(3 * bytes);
      Upcoming upcoming;
      upcoming.clear(bytes);
      upcoming.add(memory.data());
      upcoming.add(memory.data() + 2 * bytes);  // not the one between
      const std::multiset<std::size_t> asked = lines_of(upcoming, memory.data(), steps);
      // A stride is rounded up, which passes the end by less than a byte for each step.
      const std::size_t behind = steps / kLine + 1;
      for (std::size_t line = 0; line < lines; ++line) {
        EXPECT_GE(asked.count(line), 1U) << lines << " lines, " << steps << " steps, line " << line;
        EXPECT_GE(asked.count(2 * lines + line), 1U)
            << lines << " lines, " << steps << " steps, line " << line;
        if (line < behind) continue;
        EXPECT_EQ(asked.count(lines + line), 0U) << lines << " lines, " << steps << " steps, line " << line;
      }
      EXPECT_LT(*asked.rbegin(), 3 * lines + behind);
    }
  }
}

TEST(Upcoming, NothingIsLeftOnceItIsCleared) {
  const std::array<std::byte, 128> memory{};
  Upcoming upcoming;
  EXPECT_EQ(upcoming.take(10).start, nullptr);
  upcoming.clear(128);
  upcoming.add(memory.data());
  EXPECT_EQ(upcoming.take(0).start, nullptr);
  EXPECT_EQ(upcoming.take(1).start, memory.data());
  upcoming.clear(128);
  EXPECT_EQ(upcoming.take(1).start, nullptr);
}

}  // namespace
}  // namespace tsugi::eval::kernels
