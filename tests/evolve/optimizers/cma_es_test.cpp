// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evolve/optimizers/cma/runs.h"
#include "tests/evolve/optimizers/counts.h"
#include "tests/evolve/optimizers/golden.h"

namespace tsugi::evolve {
namespace {

struct Row {
  std::size_t n, lambda, mu;
  double mueff, negative, cs, damps, cc, c1, cmu;
};

// Specification, section 6.1 (read off pycma 4.4.0). Tolerance: half a unit of the last digit printed there.
const Row kTable[] = {
    {6, 9, 4, 2.8406, -1.8254, .408814, 1.408814, .408650, .0356312, .0431668},
    {10, 10, 5, 3.1673, -1.6489, .319614, 1.319614, .294990, .0152838, .0235518},
    {20, 12, 6, 3.7295, -1.4744, .214350, 1.214350, .171767, .00437235, .00921656},
    {40, 15, 7, 4.5409, -1.3434, .137585, 1.137585, .093009, .00116943, .00340522},
    {64, 16, 8, 4.8409, -1.3098, .095223, 1.095223, .059803, .000468501, .00151232},
    {192, 19, 9, 5.6476, -1.2472, .038114, 1.038114, .020552, .0000535181, .000216496},
};

TEST(CmaParameters, AreThoseOfTheSpecification) {
  for (const Row& row : kTable) {
    const CmaParameters p = cma_parameters(row.n);
    SCOPED_TRACE(row.n);
    EXPECT_EQ(p.population, row.lambda);
    EXPECT_EQ(p.parents, row.mu);
    EXPECT_NEAR(p.mueff, row.mueff, 5e-5);
    const double negative =
        std::accumulate(p.weights.begin() + static_cast<std::ptrdiff_t>(row.mu), p.weights.end(), 0.0);
    EXPECT_NEAR(negative, row.negative, 5e-5);
    EXPECT_NEAR(p.cs, row.cs, 5e-7);
    EXPECT_NEAR(p.damps, row.damps, 5e-7);
    EXPECT_NEAR(p.cc, row.cc, 5e-7);
    EXPECT_NEAR(p.c1 / row.c1, 1, 5e-6);  // six digits are printed
    EXPECT_NEAR(p.cmu / row.cmu, 1, 5e-6);
  }
}

TEST(CmaParameters, WeightsOfTwentyDimensions) {
  const std::vector<double> expected = {.402403,  .253389,  .166222,  .104375,  .056403,  .017208,
                                        -.050187, -.140617, -.220381, -.291733, -.356279, -.415204};
  const CmaParameters p = cma_parameters(20);
  ASSERT_EQ(p.weights.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(p.weights[i], expected[i], 5e-7) << i;
}

CmaState state_from(const nlohmann::json& recorded) {
  CmaState state = cma_start(recorded["mean"].get<std::vector<double>>(), recorded["sigma"].get<double>());
  state.covariance =
      recorded["C"].get<std::vector<double>>();  // pycma starts 1e-4 away from I, on the diagonal only
  for (std::size_t i = 0; i < state.lengths.size(); ++i) {
    state.lengths[i] = std::sqrt(state.covariance[i * state.lengths.size() + i]);
  }
  return state;
}

class CmaGolden : public testing::TestWithParam<const char*> {};

TEST_P(CmaGolden, EveryTellGivesPycmasState) {
  const nlohmann::json run = test::recorded_run(GetParam());
  CmaState state = state_from(run["before"]);
  const CmaParameters p = cma_parameters(state.mean.size());
  ASSERT_EQ(p.population, run["population"].get<std::size_t>());
  EXPECT_NEAR(p.lazy_gap, run["lazy_gap"].get<double>(), 1e-12);
  for (const auto& tell : run["tells"]) {
    SCOPED_TRACE(state.generation);
    const auto points = tell["inner"].get<std::vector<Point>>();
    const auto values = tell["values"].get<std::vector<double>>();
    cma_update(p, state, points, test::order_of(values));
    if (run["bounded"].get<bool>()) cma_cap(state, kMostDeviation);
    const auto& after = tell["after"];
    EXPECT_NEAR(state.sigma / after["sigma"].get<double>(), 1, 1e-10);
    test::expect_near(state.mean, after["mean"], "mean");
    test::expect_near(state.scaling, after["scaling"], "scaling");
    test::expect_near(state.ps, after["ps"], "ps");
    test::expect_near(state.pc, after["pc"], "pc");
    test::expect_near(state.covariance, after["C"], "C");
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, CmaGolden,
                         testing::Values("ellipsoid_5.json", "rosenbrock_10.json", "box_4.json"),
                         [](const auto& run) {
                           const std::string file = run.param;
                           return file.substr(0, file.find('.'));
                         });

// Specification, section 6.7. The rest of its table is in long/.
TEST(CmaEs, NeedsAsManyEvaluationsAsPycmaInTenDimensions) {
  for (const test::Reference& row : test::kFull) {
    if (row.dimension > 10) continue;
    EXPECT_NEAR(test::ratio_of_medians(row, test::full_evaluations), 1, 0.05) << row.name;
  }
}

std::unique_ptr<Optimizer> start(std::size_t dimension, std::uint64_t seed) {
  return start_optimizer(*find_optimizer("cma_es"), {.start = Point(dimension, 0.5), .seed = seed});
}

std::vector<Trial> score(const std::vector<Point>& points, double (*function)(const Point&)) {
  std::vector<Trial> trials;
  for (const Point& point : points) trials.push_back({.objectives = {function(point)}});
  return trials;
}

double near_corner(const Point& x) {
  double sum = 0;
  for (const double value : x) sum -= (value - 0.9) * (value - 0.9);
  return sum;
}

TEST(CmaEs, AsksInsideTheCubeAndFindsTheBest) {
  const auto optimizer = start(6, 5);
  for (int generation = 0; generation < 100; ++generation) {
    const std::vector<Point> points = optimizer->ask();
    for (const Point& point : points) {
      for (const double value : point) {
        ASSERT_GE(value, 0);
        ASSERT_LE(value, 1);
      }
    }
    optimizer->tell(score(points, near_corner));
  }
  const std::optional<Point> mean = optimizer->mean();
  ASSERT_TRUE(mean);
  for (const double value : *mean) EXPECT_NEAR(value, 0.9, 1e-3);
}

TEST(CmaEs, FlatFitnessIsToleratedForTwentyGenerationsThenStops) {
  const auto optimizer = start(4, 1);
  for (int generation = 0; generation < 20; ++generation) {
    optimizer->tell(score(optimizer->ask(), [](const Point&) { return 0.5; }));
    EXPECT_FALSE(optimizer->stopped()) << generation;
  }
  optimizer->tell(score(optimizer->ask(), [](const Point&) { return 0.5; }));
  ASSERT_TRUE(optimizer->stopped());
  EXPECT_NE(optimizer->stopped()->find("21 generations"), std::string::npos);
}

TEST(CmaEs, StopsWhenItsStepsVanish) {
  const auto optimizer = start(3, 1);
  int generation = 0;
  for (; generation < 2000 && !optimizer->stopped(); ++generation) {
    optimizer->tell(score(optimizer->ask(), near_corner));
  }
  EXPECT_LT(generation, 500);  // 1e-16 of fitness is reached after about 150 generations in three dimensions
}

// tolfun: around a value of 1, where doubles are 1e-16 apart, the best scores stop changing long before the
// steps vanish.
TEST(CmaEs, StopsWhenScoresDifferByRoundingOnly) {
  const auto optimizer = start(3, 1);
  while (!optimizer->stopped()) {
    optimizer->tell(score(optimizer->ask(), [](const Point& x) { return 1 + near_corner(x); }));
  }
  EXPECT_NE(optimizer->stopped()->find("rounding only"), std::string::npos) << *optimizer->stopped();
}

// Two humps: the nearer one is lower. Without restarts the search ends on it, with restarts it leaves.
double humps(const Point& x) {
  double near = 0;
  double far = 0;
  for (const double value : x) {
    near += (value - 0.4) * (value - 0.4);
    far += (value - 0.9) * (value - 0.9);
  }
  return std::max(-near, 1 - 40 * far);
}

TEST(CmaEs, RestartsLeaveALowerHump) {
  for (const double restarts : {0.0, 1.0, 2.0}) {
    const auto optimizer = start_optimizer(
        *find_optimizer("cma_es"),
        {.start = Point(3, 0.4), .seed = 1, .options = {{"restarts", restarts}, {"sigma", 0.05}}});
    std::size_t largest = 0;
    for (int i = 0; i < 3000 && !optimizer->stopped(); ++i) {
      const std::vector<Point> points = optimizer->ask();
      largest = std::max(largest, points.size());
      optimizer->tell(score(points, humps));
    }
    const double found = optimizer->mean()->front();
    EXPECT_NEAR(found, restarts == 0 ? 0.4 : 0.9, 1e-3) << restarts;
    EXPECT_EQ(largest > 7, restarts != 0);  // 4 + floor(3 ln 3)
  }
}

}  // namespace
}  // namespace tsugi::evolve
