// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The expected behaviour is that of the two optimizers on their own.
#include "evolve/finishing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "evolve/optimizer_choice.h"
#include "tests/support/input_error.h"

namespace tsugi::evolve {
namespace {

constexpr std::size_t kGenes = 4;

std::vector<Trial> score(const std::vector<Point>& points) {
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

std::unique_ptr<Optimizer> start(const std::string& name, const Point& from) {
  return start_optimizer(*find_optimizer(name), {.start = from, .seed = 3});
}

std::unique_ptr<Optimizer> sequence(const std::string& first, const std::string& last,
                                    std::size_t evaluations) {
  return finish_with({.first = start(first, Point(kGenes, 0.4)),
                      .first_kind = find_optimizer(first),
                      .last_kind = find_optimizer(last),
                      .last_setup = {.start = Point(kGenes, 0.4), .seed = 3},
                      .first_evaluations = evaluations});
}

void tell(Optimizer& optimizer) {
  optimizer.tell(score(optimizer.ask()));
}

// CMA-ES, whose first mean is its start but for the way through the unbounded space and back.
void expect_mean(const Optimizer& optimizer, const Point& expected) {
  ASSERT_TRUE(optimizer.mean());
  const Point mean = *optimizer.mean();
  for (std::size_t i = 0; i < mean.size(); ++i) EXPECT_NEAR(mean[i], expected[i], 1e-12);
}

TEST(Finishing, TheSecondStartsAtTheMeanOfTheFirst) {
  const auto both = sequence("cma_es", "bobyqa", 40);
  const auto first = start("cma_es", Point(kGenes, 0.4));
  for (std::size_t told = 0; told < 40;) {
    ASSERT_EQ(both->ask(), first->ask());
    EXPECT_EQ(both->mean(), first->mean());
    EXPECT_EQ(both->objectives(), Objectives::one);
    told += first->ask().size();
    tell(*both);
    tell(*first);
  }
  const auto last = start("bobyqa", *first->mean());  // draws nothing, so that its seed does not matter
  while (!last->stopped()) {
    ASSERT_EQ(both->ask(), last->ask());
    EXPECT_FALSE(both->mean());
    tell(*both);
    tell(*last);
  }
  EXPECT_EQ(both->stopped(), last->stopped());
}

TEST(Finishing, OrAtTheBestPointWhereThereIsNoMean) {
  const auto both = sequence("random", "cma_es", 20);
  Point best;
  double most = -1e9;
  for (std::size_t told = 0; told < 20;) {
    const std::vector<Point> points = both->ask();
    const std::vector<Trial> trials = score(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (trials[i].objectives[0] <= most) continue;
      most = trials[i].objectives[0];
      best = points[i];
    }
    told += points.size();
    both->tell(trials);
  }
  expect_mean(*both, best);
}

TEST(Finishing, TasksAreSummedForTheBestPoint) {
  const auto both = sequence("nsga2", "cma_es", 1);
  const std::vector<Point> points = both->ask();
  EXPECT_EQ(both->objectives(), Objectives::several);
  std::vector<Trial> trials(points.size(), Trial{.objectives = {0, 0}});
  trials[2].objectives = {-1, 3};  // 2 in all, and yet not the best of the first task
  trials[3].objectives = {1, 0};
  both->tell(trials);
  EXPECT_EQ(both->objectives(), Objectives::one);
  expect_mean(*both, points[2]);
}

TEST(Finishing, BeginsWhenTheFirstStops) {
  const auto both = sequence("bobyqa", "cma_es", 100000);
  std::size_t generations = 0;
  while (!both->mean() && generations < 1000) {
    EXPECT_FALSE(both->stopped());
    tell(*both);
    ++generations;
  }
  EXPECT_LT(generations, 1000U);
  const Point mean = *both->mean();
  for (const double value : mean) EXPECT_NEAR(value, 0.2, 0.01);
}

TEST(Finishing, DrawsOtherNumbersThanTheFirst) {
  const auto both = sequence("random", "random", 1);
  const std::vector<Point> first = both->ask();
  tell(*both);
  EXPECT_NE(both->ask().front(), first.front());
}

TEST(Finishing, IsAFunctionOfWhatWasTold) {
  for (const OptimizerKind& first : optimizers()) {
    for (const OptimizerKind& last : optimizers()) {
      SCOPED_TRACE(std::string(first.name) + ", then " + std::string(last.name));
      const auto one = sequence(std::string(first.name), std::string(last.name), 30);
      const auto same = sequence(std::string(first.name), std::string(last.name), 30);
      for (std::size_t told = 0; told < 80 && !one->stopped();) {
        const std::vector<Point> points = one->ask();
        ASSERT_EQ(points, one->ask());
        ASSERT_EQ(points, same->ask());
        for (const Point& point : points) {
          ASSERT_EQ(point.size(), kGenes);
          for (const double value : point) ASSERT_TRUE(value >= 0 && value <= 1);
        }
        told += points.size();
        tell(*one);
        tell(*same);
      }
    }
  }
}

TEST(Finishing, WithoutAnyScoreTheStartIsTheSearchs) {
  const auto both = sequence("cma_es", "bobyqa", 1);
  both->tell(std::vector<Trial>(both->ask().size()));
  EXPECT_EQ(both->ask().front(), Point(kGenes, 0.4));
}

TEST(OptimizerChoice, ReadsTheOneThatFinishes) {
  recipes::OptimizerSpec spec;
  spec.finish.emplace_back();
  spec.finish.front().name = "bobyqa";
  spec.finish.front().mark = {"s.yaml", 4, 7};
  spec.finish.front().evaluations = 10;
  const SearchShape shape{.start = Point(3, 0.5), .evaluations = 17};
  const auto optimizer = choose_optimizer(spec, shape);
  EXPECT_EQ(optimizer->ask().size(), 7U);  // 4 + floor(3 ln 3)
  EXPECT_TRUE(optimizer->mean());
  tell(*optimizer);
  EXPECT_FALSE(optimizer->mean());
  const auto error = [&](const SearchShape& other) {
    return tests::message_of([&] { choose_optimizer(spec, other); });
  };
  EXPECT_EQ(
      error({.start = Point(3, 0.5), .evaluations = 10}),
      "s.yaml:4:7: bobyqa would have 10 of the search's 10 evaluations to finish with; leave some to the "
      "optimizer before it");
  EXPECT_EQ(
      error({.start = Point(1, 0.5), .evaluations = 17}),
      "s.yaml:4:7: bobyqa searches 2 or more genes, this search has 1; choose another optimizer or other "
      "groups of layers");
}

}  // namespace
}  // namespace tsugi::evolve
