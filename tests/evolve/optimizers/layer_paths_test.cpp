// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "evolve/optimizers/genetic/paths.h"
#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {
namespace {

using testing::ElementsAre;

GenePath path_of(std::initializer_list<std::size_t> choices) {
  GenePath path;
  for (const std::size_t choice : choices) path.push_back({.choice = choice, .number = 0.5});
  return path;
}

std::vector<std::size_t> choices_of(const GenePath& path) {
  std::vector<std::size_t> choices;
  for (const PathHopGene& hop : path) choices.push_back(hop.choice);
  return choices;
}

TEST(PathPlace, IsFoundAmongOtherGenes) {
  const std::vector<std::size_t> levels = {0, 0, 5, 5, 5, 0, 0, 0, 0};
  const PathPlace place = PathPlace::find(levels);
  EXPECT_EQ(place.begin, 2U);
  EXPECT_EQ(place.most, 3U);
  EXPECT_EQ(place.choices, 4U);
  EXPECT_TRUE(place.numbered);
  EXPECT_THAT(place.others(9), ElementsAre(0, 1, 8));
  EXPECT_FALSE(PathPlace::find(std::vector<std::size_t>{5, 5, 0}).numbered);
  EXPECT_EQ(PathPlace::find({}).most, 0U);
  EXPECT_EQ(PathPlace::find(std::vector<std::size_t>{2, 2, 2}).most, 0U);  // on or off is no choice
  EXPECT_THAT(PathPlace::find({}).others(2), ElementsAre(0, 1));
}

TEST(PathPlace, PathsAreReadAndWritten) {
  const PathPlace place = PathPlace::find(std::vector<std::size_t>{5, 5, 5, 0, 0, 0});
  const Point standard = {0.25, 0, 0, 0.5, 0.5, 0.5};
  Point point = {0, 1, 0.5, 0.1, 0.2, 0.3};  // none, the fourth, the second
  const GenePath path = place.read(point);
  EXPECT_THAT(choices_of(path), ElementsAre(4, 2));
  place.write(path, standard, point);
  EXPECT_THAT(point, ElementsAre(1, 0.5, 0, 0.2, 0.3, 0.5));
}

// Of 2,000 changes of the path 1 2 3 each kind is seen, and nothing that is none of them.
TEST(ChangePath, MakesOneChange) {
  const PathPlace place{.begin = 0, .most = 4, .choices = 4, .numbered = false};
  std::set<std::vector<std::size_t>> seen;
  DrawStream draws(1, 0, 0);
  for (int i = 0; i < 2000; ++i) {
    GenePath path = path_of({1, 2, 3});
    change_path(path, place, 0.5, draws);
    seen.insert(choices_of(path));
  }
  std::set<std::vector<std::size_t>> expected = {{1, 2, 3}};
  for (std::size_t choice = 1; choice <= 4; ++choice) {
    for (std::size_t at = 0; at <= 3; ++at) {
      std::vector<std::size_t> inserted = {1, 2, 3};
      inserted.insert(inserted.begin() + static_cast<std::ptrdiff_t>(at), choice);
      expected.insert(inserted);  // repeats of one hop are among them
      std::vector<std::size_t> replaced = {1, 2, 3};
      if (at < 3) replaced[at] = choice;
      expected.insert(replaced);
    }
  }
  for (const auto& deleted : {std::vector<std::size_t>{2, 3}, {1, 3}, {1, 2}}) expected.insert(deleted);
  for (const auto& swapped : {std::vector<std::size_t>{2, 1, 3}, {3, 2, 1}, {1, 3, 2}})
    expected.insert(swapped);
  for (const auto& moved : {std::vector<std::size_t>{2, 3, 1}, {3, 1, 2}}) expected.insert(moved);
  EXPECT_EQ(seen, expected);
}

TEST(ChangePath, StretchesUpToHalfAreRepeatedAndMoved) {
  const PathPlace place{.begin = 0, .most = 6, .choices = 9, .numbered = false};
  std::set<std::vector<std::size_t>> seen;
  DrawStream draws(2, 0, 0);
  for (int i = 0; i < 2000; ++i) {
    GenePath path = path_of({1, 2, 3, 4});
    change_path(path, place, 0.5, draws);
    seen.insert(choices_of(path));
  }
  EXPECT_TRUE(seen.contains({1, 2, 3, 2, 3, 4}));
  EXPECT_TRUE(seen.contains({3, 4, 1, 2}));
}

TEST(ChangePath, KeepsPathsWithinTheirBounds) {
  const PathPlace place{.begin = 0, .most = 3, .choices = 2, .numbered = false};
  DrawStream draws(3, 0, 0);
  GenePath path = path_of({1});
  for (int i = 0; i < 3000; ++i) {
    change_path(path, place, 0.5, draws);
    ASSERT_GE(path.size(), 1U);
    ASSERT_LE(path.size(), 3U);
    for (const PathHopGene& hop : path) ASSERT_TRUE(hop.choice == 1 || hop.choice == 2);
  }
}

// The path 3 1 4 1 5 9 2 6 of at most 12 hops out of 9 choices: 9^12 paths. Scored by what of it is in place
// and by its length, which random search would never find in 4,000 evaluations.
TEST(LayerPaths, FindsAPathThatRandomSearchWouldNot) {
  const std::vector<std::size_t> wanted = {3, 1, 4, 1, 5, 9, 2, 6};
  std::vector<std::size_t> levels(12, 10);
  levels.resize(24, 0);
  Point start(24, 0.5);
  for (std::size_t i = 0; i < 12; ++i) start[i] = i < 4 ? static_cast<double>(i + 1) / 9 : 0;
  const PathPlace place = PathPlace::find(levels);
  const auto optimizer =
      start_optimizer(*find_optimizer("layer_paths"), {.start = start, .levels = levels, .seed = 1});
  double best = -100;
  for (int generation = 0; generation < 340 && best < 8; ++generation) {
    std::vector<Trial> trials;
    for (const Point& point : optimizer->ask()) {
      const std::vector<std::size_t> path = choices_of(place.read(point));
      double score = -std::abs(static_cast<double>(path.size()) - 8);
      for (std::size_t i = 0; i < std::min(path.size(), wanted.size()); ++i)
        score += path[i] == wanted[i] ? 1 : 0;
      best = std::max(best, score);
      trials.push_back({.objectives = {score}});
    }
    optimizer->tell(trials);
  }
  EXPECT_EQ(best, 8);
}

}  // namespace
}  // namespace tsugi::evolve
