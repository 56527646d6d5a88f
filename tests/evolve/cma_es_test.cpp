// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma_es.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

namespace tsugi::evolve {
namespace {

constexpr double kNoCap = std::numeric_limits<double>::infinity();

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

void expect_near(const std::vector<double>& got, const std::vector<double>& expected, const char* what) {
  ASSERT_EQ(got.size(), expected.size());
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  // About 25 iterations of a few dozen roundings of 1e-16 each, amplified by the condition of C (< 1e3 here).
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], 1e-10 * largest) << what << ' ' << i;
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
  const auto run =
      nlohmann::json::parse(std::ifstream(std::string(TSUGI_ROOT "/tests/golden/cma_es/") + GetParam()));
  CmaState state = state_from(run["before"]);
  const CmaParameters p = cma_parameters(state.mean.size());
  ASSERT_EQ(p.population, run["population"].get<std::size_t>());
  EXPECT_NEAR(p.lazy_gap, run["lazy_gap"].get<double>(), 1e-12);
  const double cap = run["bounded"].get<bool>() ? 1.0 / 3 : kNoCap;
  for (const auto& tell : run["tells"]) {
    SCOPED_TRACE(state.generation);
    const auto points = tell["inner"].get<std::vector<Point>>();
    const auto values = tell["values"].get<std::vector<double>>();
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    cma_update(p, state, points, order, cap);
    const auto& after = tell["after"];
    EXPECT_NEAR(state.sigma / after["sigma"].get<double>(), 1, 1e-10);
    expect_near(state.mean, after["mean"], "mean");
    expect_near(state.scaling, after["scaling"], "scaling");
    expect_near(state.ps, after["ps"], "ps");
    expect_near(state.pc, after["pc"], "pc");
    expect_near(state.covariance, after["C"], "C");
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, CmaGolden,
                         testing::Values("ellipsoid_5.json", "rosenbrock_10.json", "box_4.json"),
                         [](const auto& run) {
                           const std::string file = run.param;
                           return file.substr(0, file.find('.'));
                         });

using Function = std::function<double(const Point&)>;

double sphere(const Point& x) {
  return std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
}

double ellipsoid(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += std::pow(1e6, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * x[i] * x[i];
  }
  return sum;
}

double rosenbrock(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    sum += 100 * std::pow(x[i] * x[i] - x[i + 1], 2) + std::pow(x[i] - 1, 2);
  }
  return sum;
}

// Evaluations until a value below `target` was seen, by whole generations up to that candidate as pycma
// counts them.
std::size_t evaluations_until(const Function& function, double target, std::uint64_t seed) {
  constexpr std::size_t kDimension = 10;
  const CmaParameters p = cma_parameters(kDimension);
  CmaState state = cma_start(std::vector<double>(kDimension, 0.1), 0.1);
  std::size_t evaluations = 0;
  while (evaluations < 20'000) {
    const std::vector<Point> points = cma_sample(p, state, seed);
    std::vector<double> values;
    for (const Point& point : points) values.push_back(function(point));
    evaluations += values.size();
    if (*std::min_element(values.begin(), values.end()) < target) break;
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    cma_update(p, state, points, order, kNoCap);
  }
  return evaluations;
}

std::size_t median_evaluations(const Function& function, double target) {
  std::vector<std::size_t> counts;
  for (std::uint64_t seed = 1; seed <= 15; ++seed)
    counts.push_back(evaluations_until(function, target, seed));
  std::sort(counts.begin(), counts.end());
  return counts[7];
}

// Specification, section 6.7: medians of 15 runs of pycma in 10 dimensions. The median of 15 of ours must lie
// within the range of theirs, and within 5 %: the range of the medians themselves would be about a quarter of
// the full range.
TEST(CmaEs, NeedsAsManyEvaluationsAsPycmaOnTheSphere) {
  const auto median = static_cast<double>(median_evaluations(sphere, 1e-8));
  EXPECT_GE(median, 954);
  EXPECT_LE(median, 1150);
  EXPECT_NEAR(median / 1033, 1, 0.05);
}

TEST(CmaEs, NeedsAsManyEvaluationsAsPycmaOnTheEllipsoid) {
  const auto median = static_cast<double>(median_evaluations(ellipsoid, 1e-8));
  EXPECT_GE(median, 3289);
  EXPECT_LE(median, 4096);
  EXPECT_NEAR(median / 3701, 1, 0.05);
}

TEST(CmaEs, NeedsAsManyEvaluationsAsPycmaOnRosenbrock) {
  const auto median = static_cast<double>(median_evaluations(rosenbrock, 1e-8));
  EXPECT_GE(median, 4408);
  EXPECT_LE(median, 5045);
  EXPECT_NEAR(median / 4772, 1, 0.05);
}

std::unique_ptr<Optimizer> start(std::size_t dimension, std::uint64_t seed) {
  const OptimizerKind* kind = find_optimizer("cma_es");
  EXPECT_NE(kind, nullptr);
  return kind->start(
      {.start = Point(dimension, 0.5), .sigma = 1.0 / 6, .population = std::nullopt, .seed = seed});
}

std::vector<Trial> score(const std::vector<Point>& points, const Function& function) {
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

TEST(CmaEs, SameSeedSamePointsAnotherSeedOthers) {
  const auto a = start(4, 1);
  const auto b = start(4, 1);
  const auto c = start(4, 2);
  for (int generation = 0; generation < 5; ++generation) {
    const std::vector<Point> points = a->ask();
    EXPECT_EQ(points, a->ask());  // asking changes nothing
    EXPECT_EQ(points, b->ask());
    EXPECT_NE(points, c->ask());
    for (Optimizer* optimizer : {a.get(), b.get(), c.get()})
      optimizer->tell(score(optimizer->ask(), near_corner));
  }
}

TEST(CmaEs, FailedTrialsRankLastWhateverTheOthersScore) {
  const std::vector<Trial> trials = {{{-5}}, {{}}, {{2}}, {{-5}}, {{2, 1}}};
  EXPECT_EQ(rank(trials),
            (std::vector<std::size_t>{4, 2, 0, 3, 1}));  // ties keep their order, a second objective decides
}

TEST(CmaEs, ToldTooFewTrialsIsAnError) {
  const auto optimizer = start(4, 1);
  EXPECT_THROW(optimizer->tell({}), std::runtime_error);
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

}  // namespace
}  // namespace tsugi::evolve
