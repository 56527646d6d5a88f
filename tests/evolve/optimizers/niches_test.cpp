// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/genetic/niches.h"

#include <gtest/gtest.h>

#include <cmath>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {
namespace {

// Worked by hand: items 0 and 1 are answered by two members each, item 2 by one, item 3 by none.
const ItemScores kScores = {{1, 1, 0, 0}, {1, 0, 0, 0}, {0, 1, 1, 0}};

TEST(Niches, SharedFitnessOfAWorkedExample) {
  const std::vector<double> competing = shared_fitness(kScores, 1);
  EXPECT_NEAR(competing[0], 0.5 + 0.5, 1e-7);  // the paper's eps shifts a share by 1e-8
  EXPECT_NEAR(competing[1], 0.5, 1e-7);
  EXPECT_NEAR(competing[2], 0.5 + 1, 1e-7);
  const std::vector<double> plain = shared_fitness(kScores, 0);
  EXPECT_NEAR(plain[0], 2, 1e-7);
  EXPECT_NEAR(plain[1], 1, 1e-7);
  EXPECT_NEAR(plain[2], 2, 1e-7);
}

TEST(Niches, AttractionOfAWorkedExample) {
  const std::vector<double> pull = attraction(kScores, 1);  // has item 0 alone
  EXPECT_NEAR(pull[0], 0.5, 1e-7);
  EXPECT_EQ(pull[1], 0);
  EXPECT_NEAR(pull[2], 0.5 + 1, 1e-7);
}

TEST(Niches, NegativeScoresCountFromTheirItemsWorst) {
  EXPECT_EQ(without_negatives({{-3, 1}, {-1, 2}}), (ItemScores{{0, 0}, {2, 1}}));
  EXPECT_EQ(without_negatives(kScores), kScores);
}

// Items 0 to 6 are answered near one place, 7 to 9 near another: how often children of late generations
// answer one of the three.
std::size_t answers_of_the_few(double competition) {
  std::size_t answers = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto optimizer =
        start_optimizer(*find_optimizer("natural_niches"),
                        {.start = Point(2, 0.5), .seed = seed, .options = {{"competition", competition}}});
    for (int generation = 0; generation < 120; ++generation) {
      std::vector<Trial> trials;
      for (const Point& point : optimizer->ask()) {
        Trial& trial = trials.emplace_back(Trial{.objectives = {0}});
        for (int item = 0; item < 10; ++item) {
          const double goal = item < 7 ? 0.2 : 0.8;
          const bool answered = std::hypot(point[0] - goal, point[1] - goal) < 0.1 * (1 + item % 4);
          trial.items.push_back(answered ? 1 : 0);
          if (answered && item >= 7 && generation >= 80) ++answers;
        }
      }
      optimizer->tell(trials);
    }
  }
  return answers;
}

// What few items ask for dies out under one ranking, and lives under competition.
TEST(NaturalNiches, CompetitionKeepsSpecialists) {
  EXPECT_GT(answers_of_the_few(1), 3 * answers_of_the_few(0));
}

}  // namespace
}  // namespace tsugi::evolve
