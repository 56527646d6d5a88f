// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <nlopt.hpp>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {
namespace {

constexpr std::size_t kGenes = 6;

// Smooth, not quadratic, best inside near the corner (0.9, ..., 0.9), with one bound active: x_0 wants to
// be 1.2.
double value_at(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = x[i] - (i == 0 ? 1.2 : 0.9);
    sum -= (1 + static_cast<double>(i)) * d * d + 0.5 * std::pow(d, 4);
  }
  for (std::size_t i = 0; i + 1 < x.size(); ++i) sum -= 0.3 * (x[i] - x[i + 1]) * (x[i] - x[i + 1]);
  return sum;
}

struct Seen {
  std::vector<Point> points;
};

double count(const Point& x, Point& /*gradient*/, void* data) {
  static_cast<Seen*>(data)->points.push_back(x);
  return value_at(x);
}

std::vector<Point> called_back() {
  nlopt::opt bobyqa(nlopt::LN_BOBYQA, kGenes);
  Seen seen;
  bobyqa.set_max_objective(count, &seen);
  bobyqa.set_lower_bounds(0);
  bobyqa.set_upper_bounds(1);
  bobyqa.set_initial_step(0.2);
  bobyqa.set_xtol_abs(1e-3);
  Point place(kGenes, 0.5);
  double best = 0;
  bobyqa.optimize(place, best);
  return seen.points;
}

std::vector<Point> asked(double population, std::vector<std::size_t>& generations) {
  const auto optimizer =
      start_optimizer(*find_optimizer("bobyqa"),
                      {.start = Point(kGenes, 0.5),
                       .options = {{"sigma", 0.2}, {"least_step", 1e-3}, {"population", population}}});
  std::vector<Point> points;
  while (!optimizer->stopped()) {
    const std::vector<Point> generation = optimizer->ask();
    generations.push_back(generation.size());
    std::vector<Trial> trials;
    for (const Point& point : generation) {
      points.push_back(point);
      trials.push_back({.objectives = {value_at(point)}});
    }
    optimizer->tell(trials);
  }
  return points;
}

TEST(Bobyqa, AsksForThePointsThatNLoptCallsFor) {
  const std::vector<Point> expected = called_back();
  for (const double population : {1.0, 5.0, 100.0}) {
    std::vector<std::size_t> generations;
    EXPECT_EQ(asked(population, generations), expected) << population;
  }
}

TEST(Bobyqa, TheFirstPointsAreScoredTogether) {
  std::vector<std::size_t> generations;
  asked(5, generations);
  // 2 * 6 + 1 points make the first model.
  EXPECT_EQ(std::vector<std::size_t>(generations.begin(), generations.begin() + 4),
            (std::vector<std::size_t>{5, 5, 3, 1}));
}

TEST(Bobyqa, FindsTheBestAtABound) {
  std::vector<std::size_t> generations;
  const std::vector<Point> points = asked(1, generations);
  EXPECT_LT(points.size(), 100U);
  const Point best = *std::max_element(
      points.begin(), points.end(), [](const Point& a, const Point& b) { return value_at(a) < value_at(b); });
  EXPECT_NEAR(best[0], 1, 1e-3);
  for (std::size_t i = 1; i < kGenes; ++i) EXPECT_NEAR(best[i], 0.9, 0.03);  // the coupling draws towards x_0
}

}  // namespace
}  // namespace tsugi::evolve
