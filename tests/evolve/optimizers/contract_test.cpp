// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What every optimizer of the table promises, so that a new one is tested before its author writes a test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "evolve/optimizers/optimizer.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

class Contract : public testing::TestWithParam<const OptimizerKind*> {
 protected:
  std::unique_ptr<Optimizer> start(std::size_t dimension, std::uint64_t seed = 1,
                                   OptionValues options = {}) const {
    return start_optimizer(*GetParam(),
                           {.start = Point(dimension, 0.4), .seed = seed, .options = std::move(options)});
  }
  std::size_t least() const { return std::max<std::size_t>(4, GetParam()->least_genes); }

  // As many objectives as the kind looks at: distances from two corners, or the first and a tie-break.
  std::vector<Trial> score(const std::vector<Point>& points) const {
    std::vector<Trial> trials;
    for (const Point& point : points) {
      double low = 0;
      double high = 0;
      for (const double value : point) {
        low -= (value - 0.2) * (value - 0.2);
        high -= (value - 0.7) * (value - 0.7);
      }
      trials.push_back({.objectives = {low, high}});
    }
    return trials;
  }
};

using Score = std::vector<Trial> (*)(const std::vector<Point>&);

void expect_in_cube(const std::vector<Point>& points, std::size_t dimension) {
  ASSERT_FALSE(points.empty());
  for (const Point& point : points) {
    ASSERT_EQ(point.size(), dimension);
    for (const double value : point) {
      ASSERT_GE(value, 0);  // false for NaN
      ASSERT_LE(value, 1);
    }
  }
}

// Runs until it stops, but not for more than `generations`.
void run(Optimizer& optimizer, std::size_t dimension, int generations, Score score) {
  for (int i = 0; i < generations && !optimizer.stopped(); ++i) {
    const std::vector<Point> points = optimizer.ask();
    expect_in_cube(points, dimension);
    if (testing::Test::HasFatalFailure()) return;
    optimizer.tell(score(points));
    if (const auto mean = optimizer.mean()) expect_in_cube({*mean}, dimension);
  }
}

TEST_P(Contract, PointsAreInTheCubeAndAFunctionOfWhatWasTold) {
  const auto one = start(least());
  const auto same = start(least());
  const auto other = start(least(), 2);
  bool differs = false;
  for (int generation = 0; generation < 30 && !one->stopped(); ++generation) {
    SCOPED_TRACE(generation);
    const std::vector<Point> points = one->ask();
    expect_in_cube(points, least());
    EXPECT_EQ(points, one->ask());  // asking changes nothing
    EXPECT_EQ(points, same->ask());
    const std::vector<Point> elsewhere = other->ask();
    differs = differs || points != elsewhere;
    one->tell(score(points));
    same->tell(score(points));
    other->tell(score(elsewhere));
  }
  EXPECT_EQ(one->stopped(), same->stopped());
  EXPECT_EQ(one->mean(), same->mean());
  EXPECT_EQ(differs, GetParam()->draws);
}

TEST_P(Contract, FindsBetterPoints) {
  const auto optimizer = start(least());
  double first = -1;
  double best = -1e9;
  for (int evaluations = 0; evaluations < 600 && !optimizer->stopped();) {
    const std::vector<Point> points = optimizer->ask();
    const std::vector<Trial> trials = score(points);
    if (evaluations == 0) first = trials.front().objectives.front();
    for (const Trial& trial : trials) best = std::max(best, trial.objectives.front());
    evaluations += static_cast<int>(points.size());
    optimizer->tell(trials);
  }
  // Even of 600 uniform points in four dimensions, 600 pi^2 / 2 r^4 = 24 lie within r = 0.3 of any place
  // inside on average, and none with a probability of exp(-24).
  EXPECT_GT(best, -0.3 * 0.3);
  EXPECT_GE(best, first);
}

TEST_P(Contract, EveryTrialFailing) {
  const auto optimizer = start(least());
  run(*optimizer, least(), 80,
      [](const std::vector<Point>& points) { return std::vector<Trial>(points.size()); });
}

TEST_P(Contract, EveryOtherTrialFailing) {
  const auto optimizer = start(least());
  run(*optimizer, least(), 80, [](const std::vector<Point>& points) {
    std::vector<Trial> trials(points.size());
    for (std::size_t i = 0; i < points.size(); i += 2) trials[i].objectives = {points[i][0], -points[i][1]};
    return trials;
  });
}

TEST_P(Contract, AConstantFunction) {
  const auto optimizer = start(least());
  run(*optimizer, least(), 80, [](const std::vector<Point>& points) {
    return std::vector<Trial>(points.size(), {.objectives = {0.5, 0.5}});
  });
}

TEST_P(Contract, AccuraciesInFewSteps) {
  const auto optimizer = start(least());
  run(*optimizer, least(), 80, [](const std::vector<Point>& points) {
    std::vector<Trial> trials;
    for (const Point& point : points) {
      trials.push_back({.objectives = {std::floor(4 * point[0]) / 4, std::floor(4 * point[1]) / 4}});
    }
    return trials;
  });
}

TEST_P(Contract, FewGenesWorkOrAreRefused) {
  for (std::size_t genes = 1; genes <= 3; ++genes) {
    SCOPED_TRACE(genes);
    if (genes < GetParam()->least_genes) {
      EXPECT_THROW(start(genes), Error);
      continue;
    }
    const auto optimizer = start(genes);
    run(*optimizer, genes, 60, [](const std::vector<Point>& points) {
      std::vector<Trial> trials;
      for (const Point& point : points) trials.push_back({.objectives = {point[0], -point[0] * point[0]}});
      return trials;
    });
  }
}

TEST_P(Contract, SmallPopulationsWorkOrAreRefused) {
  for (const double population : {1.0, 2.0, 3.0}) {
    SCOPED_TRACE(population);
    const auto option = std::find_if(GetParam()->options.begin(), GetParam()->options.end(),
                                     [](const Option& row) { return row.name == "population"; });
    if (option == GetParam()->options.end() || !accepts(*option, population)) {
      EXPECT_THROW(start(least(), 1, {{"population", population}}), Error);
      continue;
    }
    const auto optimizer = start(least(), 1, {{"population", population}});
    run(*optimizer, least(), 60, [](const std::vector<Point>& points) {
      std::vector<Trial> trials;
      for (const Point& point : points) trials.push_back({.objectives = {point[0], point[1]}});
      return trials;
    });
  }
}

TEST_P(Contract, ToldAnotherNumberThanAskedIsAnError) {
  const auto optimizer = start(least());
  EXPECT_THROW(optimizer->tell(std::vector<Trial>(optimizer->ask().size() + 1)), Error);
}

TEST_P(Contract, OptionsAreSaidWhole) {
  const OptimizerKind& kind = *GetParam();
  EXPECT_FALSE(kind.title.empty() || kind.source.empty() || kind.use.empty());
  for (const Option& option : kind.options) {
    SCOPED_TRACE(option.name);
    EXPECT_FALSE(option.doc.empty());
    EXPECT_TRUE(!option.standard || accepts(option, *option.standard));
    if (!option.words.empty()) continue;
    EXPECT_LT(option.low, option.high);
    EXPECT_TRUE(accepts(option, option.low));
    EXPECT_TRUE(accepts(option, option.high));
    EXPECT_FALSE(accepts(option, option.low - 1));
    EXPECT_FALSE(accepts(option, std::nan("")));
  }
}

std::vector<const OptimizerKind*> all_kinds() {
  std::vector<const OptimizerKind*> kinds;
  for (const OptimizerKind& kind : optimizers()) kinds.push_back(&kind);
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Contract, testing::ValuesIn(all_kinds()),
                         [](const auto& kind) { return std::string(kind.param->name); });

TEST(Optimizers, AreSortedByName) {
  EXPECT_TRUE(std::is_sorted(optimizers().begin(), optimizers().end(),
                             [](const OptimizerKind& a, const OptimizerKind& b) { return a.name < b.name; }));
}

TEST(Rank, FailedTrialsComeLastWhateverTheOthersScore) {
  const std::vector<Trial> trials = {{{-5}}, {{}}, {{2}}, {{-5}}, {{2, 1}}, {{std::nan("")}}};
  EXPECT_EQ(rank(trials), (std::vector<std::size_t>{4, 2, 0, 3, 1, 5}));  // ties keep their order
}

}  // namespace
}  // namespace tsugi::evolve
