// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CPython 3.11's numbers: random.Random(seed).getrandbits(32), .sample(range(n), k), .random().
#include "eval/tasks/python_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tsugi::eval {
namespace {

using testing::ElementsAre;

TEST(PythonRandom, Bits) {
  PythonRandom random(1234);
  std::vector<std::uint32_t> bits;
  for (int i = 0; i < 4; ++i) bits.push_back(random.bits32());
  EXPECT_THAT(bits, ElementsAre(4150886329U, 3342196574U, 1892932127U, 501869158U));
  EXPECT_EQ(PythonRandom(0).random(), 0.8444218515250481);
  EXPECT_EQ(PythonRandom(std::uint64_t{1} << 40U).random(), 0.1036394562812375);
}

TEST(PythonRandom, Samples) {
  PythonRandom hundred(1234);
  EXPECT_THAT(hundred.sample(100, 5), ElementsAre(99, 56, 14, 0, 11));
  EXPECT_THAT(hundred.sample(100, 5), ElementsAre(74, 4, 85, 88, 10));
  EXPECT_THAT(hundred.sample(100, 5), ElementsAre(12, 98, 45, 30, 2));
  PythonRandom ten(1234);
  EXPECT_THAT(ten.sample(10, 4), ElementsAre(7, 1, 0, 9));
  EXPECT_THAT(ten.sample(10, 4), ElementsAre(9, 0, 1, 8));
  EXPECT_THAT(PythonRandom(1234).sample(7473, 5), ElementsAre(6374, 3610, 957, 61, 742));
  EXPECT_THAT(PythonRandom(1234).sample(20, 5), ElementsAre(14, 3, 0, 2, 1));
  EXPECT_THAT(PythonRandom(1234).sample(22, 5), ElementsAre(14, 3, 0, 2, 18));
  const std::vector<std::size_t> many = PythonRandom(1234).sample(1000, 25);
  EXPECT_THAT(std::vector(many.begin(), many.begin() + 5), ElementsAre(989, 796, 451, 119, 7));
  EXPECT_THAT(PythonRandom(7).sample(6, 6), testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5));
}

}  // namespace
}  // namespace tsugi::eval
