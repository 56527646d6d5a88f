// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: the definition worked by hand, and simulated models of which one has read the texts.
#include "eval/holdout/familiarity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace tsugi::tests {
namespace {

using eval::compare_familiarity;
using eval::Familiarity;
using Values = std::vector<double>;

TEST(MinK, IsTheMeanOfTheLowestFifth) {
  EXPECT_DOUBLE_EQ(eval::min_k(Values{-1, -2, -9, -3, -0.5, -4, -1, -1, -7, -1}), -8);
  EXPECT_DOUBLE_EQ(eval::min_k(Values{-1, -2, -9}), -9) << "at least one";
  EXPECT_DOUBLE_EQ(eval::min_k(Values{-1, -2, -9, -4}, 0.5), -6.5);
  EXPECT_THROW(eval::min_k({}), std::runtime_error);
}

/// Three models: questions differ in how easy they are for all, models by a level of their own.
std::vector<Familiarity> models(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, 1);
  std::vector<Familiarity> all = {{"a", {}, {}}, {"b", {}, {}}, {"c", {}, {}}};
  for (Values Familiarity::*side : {&Familiarity::test, &Familiarity::searched}) {
    for (int i = 0; i < 200; ++i) {
      const double ease = noise(random);
      for (std::size_t m = 0; m < all.size(); ++m)
        (all[m].*side).push_back(-6 + ease + 2 * static_cast<double>(m) / 3 + noise(random) / 2);
    }
  }
  return all;
}

TEST(Familiarity, InnocentModelsAreNotSuspected) {
  int suspected = 0;
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    for (const auto& note : compare_familiarity(models(seed))) suspected += note.suspicious ? 1 : 0;
  }
  EXPECT_LE(suspected, 2) << "150 models at 1 in 740: three or more have probability 0.001";
}

TEST(Familiarity, AModelThatReadTheSealedQuestionsIs) {
  auto all = models(1);
  for (double& value : all[1].test) value += 0.4;  // of a noise of 0.5: each item alone tells nothing
  const auto notes = compare_familiarity(all);
  EXPECT_FALSE(notes[0].suspicious);
  EXPECT_TRUE(notes[1].suspicious);
  EXPECT_FALSE(notes[2].suspicious);
  EXPECT_THAT(notes[1].text, testing::StartsWith("b finds the sealed questions more familiar"));
}

TEST(Familiarity, SoIsOneThatKnowsThemByHeartBeforeAndAfterTheSplit) {
  auto all = models(2);
  for (Values Familiarity::*side : {&Familiarity::test, &Familiarity::searched}) {
    for (std::size_t i = 0; i < 30; ++i) (all[2].*side)[i] = -0.1;
  }
  const auto notes = compare_familiarity(all);
  EXPECT_FALSE(notes[0].suspicious);
  EXPECT_TRUE(notes[2].suspicious);
  EXPECT_DOUBLE_EQ(notes[2].by_heart, 30.0 / 200);
  EXPECT_EQ(notes[2].text,
            "c seems to know 15 % of the sealed questions by heart, another source 0 %: it may have been "
            "trained on them, or they are easy to foretell");
}

TEST(Familiarity, OneModelAlone) {
  const auto all = models(3);
  const auto notes = compare_familiarity(std::span(all).first(1));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_FALSE(notes[0].suspicious);
}

}  // namespace
}  // namespace tsugi::tests
