// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/racing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace tsugi::evolve {
namespace {

using testing::ElementsAre;
using Rows = std::vector<std::vector<double>>;

Course course(std::vector<double> variances) {
  Course course;
  course.items.resize(variances.size());
  for (std::size_t i = 0; i < variances.size(); ++i) course.items[i] = i;
  course.variances = std::move(variances);
  return course;
}

// Runs a race in which the candidates' answers are known.
Race finished(const RaceRules& rules, const Course& course, const Rows& answers) {
  Race race(rules, course, answers.size());
  while (const auto places = race.next()) {
    Rows rows;
    for (const std::size_t id : race.running()) {
      const auto begin = answers[id].begin();
      rows.emplace_back(begin + static_cast<std::ptrdiff_t>(places->first),
                        begin + static_cast<std::ptrdiff_t>(places->second));
    }
    race.tell(rows);
  }
  return race;
}

std::vector<std::size_t> asked(const Race& race, std::size_t candidates) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < candidates; ++i) numbers.push_back(race.asked(i));
  return numbers;
}

// 8 items of variance 1/4, a look after 4: half of the variance is among those asked, so that the standard
// deviation of a difference is sqrt(2 * 1 * 1/2) = 1. Behind the first by 4 and 1, the chances are Phi(-4) =
// 0.0000316712 and Phi(-1) = 0.1586552539.
const Rows kThree = {{1, 1, 1, 1, 1, 1, 0, 1}, {0, 0, 0, 0, 1, 1, 1, 1}, {1, 1, 1, 0, 1, 1, 1, 1}};
const Course kEven = course(std::vector<double>(8, 0.25));

TEST(Race, DropsWhoIsSurelyBehind) {
  const Race race = finished({.keep = 1, .first = 4, .block = 4, .error = 0.2}, kEven, kThree);
  EXPECT_THAT(asked(race, 3), ElementsAre(8, 4, 8));
  EXPECT_NEAR(race.spent(), 3.16712418e-5, 1e-12);
  // 7 of 8 is the best; the second was 4 of 4 behind it.
  EXPECT_THAT(race.scores(), ElementsAre(7.0 / 8, 7.0 / 8 - 1, 7.0 / 8));
}

TEST(Race, AllLooksAndCandidatesShareTheBudget) {
  // At half of the items half of it may be spent: 0.158675 is enough for one of the two, not for both.
  const Race one = finished({.keep = 1, .first = 4, .block = 4, .error = 0.31735}, kEven, kThree);
  EXPECT_THAT(asked(one, 3), ElementsAre(8, 4, 8));
  const Race both = finished({.keep = 1, .first = 4, .block = 4, .error = 0.3175}, kEven, kThree);
  EXPECT_THAT(asked(both, 3), ElementsAre(8, 4, 4));
  EXPECT_NEAR(both.spent(), 0.1586552539 + 3.16712418e-5, 1e-9);
  EXPECT_THAT(both.scores(), ElementsAre(7.0 / 8, 7.0 / 8 - 1, 7.0 / 8 - 1.0 / 4));
}

// Of the best `keep` each is compared with the one before it: a difference of 1 keeps the second here, and
// the third is compared with it.
TEST(Race, RanksThatMatterAreComparedOneByOne) {
  const Rows answers = {
      {1, 1, 1, 1, 0, 0, 0, 0}, {1, 1, 1, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}};
  const Race race = finished({.keep = 2, .first = 4, .block = 4, .error = 0.1}, kEven, answers);
  // The fourth is 2 behind the second, Phi(-2) = 0.0227501319, the third 3, Phi(-3) = 0.0013498980: within
  // 0.05.
  EXPECT_THAT(asked(race, 4), ElementsAre(8, 8, 4, 4));
  EXPECT_NEAR(race.spent(), 0.0227501319 + 0.0013498980, 1e-9);
}

// Items that tell more come first: with 3/4 of the variance asked, sqrt(2 * 2 * 3/4 * 1/4) remains.
TEST(Race, CountsItemsByTheirVariance) {
  const Race race = finished({.keep = 1, .first = 2, .block = 2, .error = 0.9}, course({1, 0.5, 0.25, 0.25}),
                             {{1, 1, 0, 0}, {0, 0, 0, 0}});
  EXPECT_THAT(asked(race, 2), ElementsAre(4, 2));
  EXPECT_NEAR(race.spent(), std::erfc(2 / std::sqrt(2 * 2 * 0.75 * 0.25) / std::sqrt(2.0)) / 2, 1e-12);
}

TEST(Race, NobodyDropsOutWhileTooLittleIsKnown) {
  Course unknown = kEven;
  unknown.variances.clear();
  const Race race = finished({.keep = 1, .first = 4, .block = 4, .error = 0.9}, unknown, kThree);
  EXPECT_THAT(asked(race, 3), ElementsAre(8, 8, 8));
}

TEST(Race, AFailureEndsItForOne) {
  Race race({.keep = 1, .first = 4, .block = 4, .error = 0.2}, kEven, 2);
  race.tell(Rows{{}, {1, 0, 0, 0}});
  EXPECT_THAT(race.running(), ElementsAre(1));
  EXPECT_EQ(race.next(), std::pair(std::size_t{4}, std::size_t{8}));
  race.tell(Rows{{0, 0, 0, 1}});
  EXPECT_FALSE(race.next());
  EXPECT_THAT(race.scores(), ElementsAre(std::nullopt, 0.25));
  Race lost({.keep = 1, .first = 4, .block = 4, .error = 0.2}, kEven, 2);
  lost.tell(Rows{{1, 1, 1, 1}, {0, 0, 0, 0}});
  lost.tell(Rows{{}});  // the best one, after the other dropped out
  EXPECT_THAT(lost.scores(), ElementsAre(std::nullopt, 0.0));
}

double uniform_of(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) / 9007199254740992.0;
}

// Candidates whose answers follow Rasch's model, as the race takes them to: the budget is kept, and items are
// saved.
TEST(Race, LosesNoMoreThanItSays) {
  std::mt19937_64 random(7);
  constexpr std::size_t kItems = 400;
  constexpr std::size_t kCandidates = 12;
  constexpr int kRaces = 400;
  std::vector<double> difficulty(kItems);
  std::vector<double> variances(kItems);
  for (double& b : difficulty) b = 4 * uniform_of(random) - 2;
  std::sort(difficulty.begin(), difficulty.end(),
            [](double a, double b) { return std::abs(a) < std::abs(b); });
  for (std::size_t i = 0; i < kItems; ++i) {
    const double p = 1 / (1 + std::exp(difficulty[i]));
    variances[i] = p * (1 - p);
  }
  int wrong = 0;
  std::size_t items = 0;
  for (int repeat = 0; repeat < kRaces; ++repeat) {
    Rows answers(kCandidates, std::vector<double>(kItems));
    for (std::vector<double>& row : answers) {
      const double ability = 1.5 * uniform_of(random);
      for (std::size_t i = 0; i < kItems; ++i)
        row[i] = uniform_of(random) < 1 / (1 + std::exp(difficulty[i] - ability)) ? 1 : 0;
    }
    const Race race =
        finished({.keep = 1, .first = 40, .block = 20, .error = 0.2}, course(variances), answers);
    const auto sum = [&](std::size_t id) {
      return std::accumulate(answers[id].begin(), answers[id].end(), 0.0);
    };
    double best = 0;
    for (std::size_t id = 0; id < kCandidates; ++id) {
      items += race.asked(id);
      if (race.asked(id) == kItems) best = std::max(best, sum(id));
    }
    for (std::size_t id = 0; id < kCandidates; ++id)
      wrong += race.asked(id) < kItems && sum(id) > best ? 1 : 0;
  }
  // 80 are allowed; three standard deviations of as many rare events are 27.
  EXPECT_LE(wrong, 0.2 * kRaces + 27);
  EXPECT_LT(static_cast<double>(items), 0.4 * kRaces * kCandidates * kItems);
  RecordProperty("wrong", wrong);
  RecordProperty("items", static_cast<int>(items));
}

}  // namespace
}  // namespace tsugi::evolve
