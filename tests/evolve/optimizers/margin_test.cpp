// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/margin.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "evolve/random.h"
#include "tests/evolve/optimizers/functions.h"

namespace tsugi::evolve {
namespace {

constexpr std::size_t kGenes = 20;
constexpr std::size_t kHalf = kGenes / 2;

nlohmann::json record() {
  return nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/margin.json"));
}

std::vector<Grid> half_discrete(double low, std::size_t count) {
  std::vector<Grid> grids(kGenes);
  for (std::size_t i = kHalf; i < kGenes; ++i) grids[i] = {.low = low, .step = 1, .count = count};
  return grids;
}

TEST(Grid, RoundsToTheNearestValueHalvesDown) {
  const Grid grid{.low = -1, .step = 0.5, .count = 5};  // -1, -0.5, 0, 0.5, 1
  EXPECT_EQ(grid.nearest(-7), -1);
  EXPECT_EQ(grid.nearest(-0.75), -1);
  EXPECT_EQ(grid.nearest(-0.74), -0.5);
  EXPECT_EQ(grid.nearest(0.1), 0);
  EXPECT_EQ(grid.nearest(3), 1);
  EXPECT_EQ(Grid{}.nearest(0.123), 0.123);
}

TEST(Margin, EveryCorrectionIsTheOneOfThePackageCmaes) {
  const nlohmann::json all = record()["steps"];
  for (const auto& run : all) {
    const auto levels = run["levels"].get<std::size_t>();
    const std::vector<Grid> grids = half_discrete(run["low"].get<double>(), levels);
    for (const auto& tell : run["tells"]) {
      CmaState state = cma_start(tell["mean"].get<std::vector<double>>(), tell["sigma"].get<double>());
      state.scaling = tell["deviations"].get<std::vector<double>>();
      auto amplification = tell["amplification"].get<Amplification>();
      keep_margin(state, amplification, grids, run["margin"].get<double>());
      const auto mean = tell["after_mean"].get<std::vector<double>>();
      const auto after = tell["after_amplification"].get<std::vector<double>>();
      for (std::size_t i = 0; i < kGenes; ++i) {
        // Quantiles of both libraries agree to 1e-13; tails near 1/2 lose four digits more.
        EXPECT_NEAR(state.mean[i], mean[i], 1e-9 * (1 + std::abs(mean[i]))) << levels << ' ' << i;
        EXPECT_NEAR(amplification[i] / after[i], 1, 1e-9) << levels << ' ' << i;
      }
    }
  }
}

double one_max(const Point& x) {
  double zeros = 0;
  for (std::size_t i = kHalf; i < kGenes; ++i) zeros += 1 - x[i];
  return zeros;
}

double leading_ones(const Point& x) {
  std::size_t i = kHalf;
  while (i < kGenes && x[i] > 0.5) ++i;
  return static_cast<double>(kGenes - i);
}

double steep(const Point& x, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += test::axis_weight(i, count) * x[i] * x[i];
  return sum;
}

double round_half(const Point& x) {
  return test::sphere(Point(x.begin(), x.begin() + kHalf));
}

struct Problem {
  const char* name;
  std::size_t levels;
  double low;
  double (*value)(const Point&);
};

// arXiv 2205.13482, section 5: the paper's own, half of the coordinates binary or integer.
const Problem kProblems[] = {
    {"sphere_one_max", 2, 0, [](const Point& x) { return round_half(x) + one_max(x); }},
    {"sphere_leading_ones", 2, 0, [](const Point& x) { return round_half(x) + leading_ones(x); }},
    {"ellipsoid_one_max", 2, 0, [](const Point& x) { return steep(x, kHalf) + one_max(x); }},
    {"ellipsoid_leading_ones", 2, 0, [](const Point& x) { return steep(x, kHalf) + leading_ones(x); }},
    {"sphere_int", 21, -10, [](const Point& x) { return test::sphere(x); }},
    {"ellipsoid_int", 21, -10, [](const Point& x) { return steep(x, kGenes); }},
};

// Evaluations to a value below 1e-10, or nothing for a run that stops or takes 10,000 a coordinate.
std::optional<std::size_t> evaluations(const Problem& problem, std::uint64_t seed) {
  const CmaParameters p = cma_parameters(kGenes);
  const std::vector<Grid> grids = half_discrete(problem.low, problem.levels);
  std::vector<double> start(kGenes, 0.5);
  for (std::size_t i = 0; i < kGenes; ++i) {
    if (problem.levels > 2 || i < kHalf) start[i] = 1 + 2 * uniform({seed, 0, 1, i});
  }
  CmaState state = cma_start(start, 1);
  Amplification amplification(kGenes, 1);
  for (std::size_t count = p.population; count < kGenes * 10'000; count += p.population) {
    const std::vector<Point> sampled = cma_sample(p, state, seed);
    std::vector<double> values;
    for (const Point& x : sampled) values.push_back(problem.value(rounded(x, state, amplification, grids)));
    if (*std::min_element(values.begin(), values.end()) < 1e-10) return count;
    cma_update(p, state, sampled, rank(test::trials_of(values)));
    keep_margin(state, amplification, grids, standard_margin(p));
    if (cma_stopped(p, state, 1)) return std::nullopt;
  }
  return std::nullopt;
}

TEST(Margin, SolvesThePapersFunctionsAsOftenAndAsFastAsThePackageCmaes) {
  const nlohmann::json runs = record()["runs"];
  for (const Problem& problem : kProblems) {
    std::vector<std::size_t> theirs;
    for (const auto& count : runs[problem.name]) {
      if (!count.is_null()) theirs.push_back(count.get<std::size_t>());
    }
    std::vector<std::size_t> ours;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      if (const auto count = evaluations(problem, seed)) ours.push_back(*count);
    }
    const auto faster = static_cast<double>(test::spread_of(ours).median);
    const auto reference = static_cast<double>(test::spread_of(theirs).median);
    EXPECT_GE(ours.size(), theirs.size()) << problem.name;
    const double ratio = test::ratio_printed(
        "cma_es_margin",
        fmt::format("cmaes' CMAwM: {}, 20 genes, evaluations to 1e-10; solved {} of 30, Tsugi {}",
                    problem.name, theirs.size(), ours.size()),
        reference, faster);
    EXPECT_LE(ratio, 1.1) << problem.name;
  }
}

}  // namespace
}  // namespace tsugi::evolve
