// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>

#include "evolve/optimizers/genetic/pareto.h"
#include "evolve/optimizers/genetic/variation.h"
#include "evolve/optimizers/optimizer.h"
#include "tests/evolve/optimizers/functions.h"

namespace tsugi::evolve {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Rows = std::vector<std::vector<double>>;

TEST(Pareto, FrontsOfAWorkedExample) {
  // Larger is better. (3, 3) dominates all but (1, 5) and (5, 1); (2, 3) falls to (3, 3) alone; the failed
  // one comes last.
  const Rows rows = {{1, 5}, {2, 3}, {3, 3}, {}, {5, 1}, {2, 2}, {3, 3}};
  EXPECT_EQ(fronts_of(rows), (std::vector<std::vector<std::size_t>>{{0, 2, 4, 6}, {1}, {5}, {3}}));
}

TEST(Pareto, CrowdingOfAWorkedExample) {
  const Rows rows = {{0, 10}, {2, 7}, {3, 6}, {10, 0}};
  const std::vector<std::size_t> front = {0, 1, 2, 3};
  const std::vector<double> crowding = crowding_of(rows, front);
  EXPECT_EQ(crowding[0], kInfinity);
  EXPECT_DOUBLE_EQ(crowding[1], 0.3 + 0.4);
  EXPECT_DOUBLE_EQ(crowding[2], 0.8 + 0.7);
  EXPECT_EQ(crowding[3], kInfinity);
}

TEST(Pareto, EqualObjectivesCrowdNobody) {
  const Rows rows = {{0.5, 1}, {0.5, 1}, {0.5, 1}};
  const std::vector<std::size_t> front = {0, 1, 2};
  EXPECT_EQ(crowding_of(rows, front), (std::vector<double>{0, 0, 0}));
}

// Of many children the mean of both is that of the parents where no bound is near, and eta = 15 keeps
// P(|spread factor - 1| < 0.2) = 1 - (0.8^16 + 1.2^-16) / 2 = 0.959 of them close.
TEST(Variation, SimulatedBinaryCrossoverSpreadsAsItsDensitySays) {
  int close = 0;
  int crossed = 0;
  for (std::size_t k = 0; k < 20'000; ++k) {
    DrawStream draws(3, 1, k);
    const auto [one, two] = simulated_binary_crossover({0.49}, {0.51}, 1, 15, draws);
    EXPECT_NEAR(one[0] + two[0], 1, 1e-12);
    const double beta = std::abs(one[0] - two[0]) / 0.02;
    if (one[0] == 0.49 && two[0] == 0.51) continue;
    ++crossed;
    if (std::abs(beta - 1) < 0.2) ++close;
  }
  EXPECT_NEAR(crossed, 10'000, 5 * std::sqrt(5000));  // half the coordinates; five standard deviations
  const double share = 1 - (std::pow(0.8, 16) + std::pow(1.2, -16)) / 2;
  EXPECT_NEAR(static_cast<double>(close) / crossed, share, 5 * std::sqrt(share * (1 - share) / 10'000));
}

// Mutation's density from the middle: P(|step| < d) = 1 - (1 - 2 d)^21 for eta = 20 up to the terms of the
// far bound, which are below 0.5^21.
TEST(Variation, PolynomialMutationSpreadsAsItsDensitySays) {
  int close = 0;
  constexpr int kDraws = 20'000;
  for (std::size_t k = 0; k < kDraws; ++k) {
    DrawStream draws(4, 1, k);
    Point point = {0.5};
    mutate_polynomially(point, 1, 20, draws);
    if (std::abs(point[0] - 0.5) < 0.02) ++close;
  }
  const double share = 1 - std::pow(1 - 0.02, 21);
  EXPECT_NEAR(static_cast<double>(close) / kDraws, share, 5 * std::sqrt(share * (1 - share) / kDraws));
}

using Objectives2 = std::vector<double> (*)(double first, double rest);

// Zitzler, Deb and Thiele, "Comparison of Multiobjective Evolutionary Algorithms", 2000; to minimise.
std::vector<double> zdt1(double f, double g) {
  return {f, g * (1 - std::sqrt(f / g))};
}
std::vector<double> zdt2(double f, double g) {
  return {f, g * (1 - f / g * (f / g))};
}
std::vector<double> zdt3(double f, double g) {
  return {f, g * (1 - std::sqrt(f / g) - f / g * std::sin(10 * std::numbers::pi * f))};
}

std::vector<double> zdt(Objectives2 problem, const Point& x) {
  double rest = 0;
  for (std::size_t i = 1; i < x.size(); ++i) rest += x[i];
  return problem(x[0], 1 + 9 * rest / static_cast<double>(x.size() - 1));
}

// Area that values to minimise dominate below (1.1, 1.1).
double hypervolume(Rows values) {
  std::sort(values.begin(), values.end());
  double area = 0;
  double top = 1.1;
  for (const auto& value : values) {
    if (value[0] >= 1.1 || value[1] >= top) continue;
    area += (1.1 - value[0]) * (top - value[1]);
    top = value[1];
  }
  return area;
}

double run(Objectives2 problem, std::uint64_t seed, const nlohmann::json& record) {
  const auto genes = record["genes"].get<std::size_t>();
  const auto optimizer = start_optimizer(*find_optimizer("nsga2"),
                                         {.start = Point(genes, 0.5),
                                          .seed = seed,
                                          .options = {{"population", record["population"].get<double>()}}});
  Rows all;
  for (int generation = 0; generation < record["generations"].get<int>(); ++generation) {
    std::vector<Trial> trials;
    for (const Point& point : optimizer->ask()) {
      all.push_back(zdt(problem, point));
      trials.push_back({.objectives = {-all.back()[0], -all.back()[1]}});
    }
    optimizer->tell(trials);
  }
  return hypervolume(all);
}

TEST(Hypervolume, OfAWorkedExample) {
  EXPECT_DOUBLE_EQ(hypervolume({{0.5, 0.1}, {0.1, 0.6}, {0.6, 0.6}, {2, 0}}), 0.6 * 1.0 + 0.4 * 0.5);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

TEST(Nsga2, ReachesPymoosHypervolume) {
  const auto record = nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/hypervolumes.json"));
  const std::pair<const char*, Objectives2> problems[] = {{"zdt1", zdt1}, {"zdt2", zdt2}, {"zdt3", zdt3}};
  for (const auto& [name, problem] : problems) {
    std::vector<double> ours;
    // pymoo's runs differ by less than 0.5 %: five are enough for a bound of 2 %.
    for (std::uint64_t seed = 1; seed <= 5; ++seed) ours.push_back(run(problem, seed, record));
    const double theirs = median(record["hypervolumes"][name].get<std::vector<double>>());
    const double ratio = test::ratio_printed(
        "nsga2", fmt::format("pymoo's NSGA-II: {}, hypervolume after 200 generations of 100", name), theirs,
        median(ours));
    EXPECT_GT(ratio, 0.98) << name;
  }
}

}  // namespace
}  // namespace tsugi::evolve
