// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "evolve/optimizers/cma/learning_rates.h"
#include "evolve/random.h"
#include "tests/evolve/optimizers/functions.h"

namespace tsugi::evolve {
namespace {

nlohmann::json record() {
  return nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/lra.json"));
}

CmaState state_of(const nlohmann::json& recorded) {
  CmaState state = cma_start(recorded["mean"].get<std::vector<double>>(), recorded["sigma"].get<double>());
  state.covariance = recorded["C"].get<std::vector<double>>();
  return state;
}

TEST(LraCmaEs, EveryDampedIterationIsTheOneOfThePackageCmaes) {
  LearningRates rates;
  const nlohmann::json all = record()["steps"];
  for (const auto& step : all) {
    CmaState before = state_of(step["before"]);
    cma_decompose(before);
    CmaState state = state_of(step["plain"]);
    damp_iteration(before, state, rates);
    EXPECT_NEAR(rates.mean.rate / step["rates"][0].get<double>(), 1, 1e-9);
    EXPECT_NEAR(rates.covariance.rate / step["rates"][1].get<double>(), 1, 1e-9);
    const auto& after = step["after"];
    EXPECT_NEAR(state.sigma / after["sigma"].get<double>(), 1, 1e-9);
    // 60 steps of a few dozen roundings, amplified by a condition of C below 1e3.
    for (std::size_t i = 0; i < state.mean.size(); ++i) {
      EXPECT_NEAR(state.mean[i], after["mean"][i].get<double>(), 1e-9);
    }
    for (std::size_t i = 0; i < state.covariance.size(); ++i) {
      EXPECT_NEAR(state.covariance[i], after["C"][i].get<double>(), 1e-9);
    }
  }
}

// Rastrigin's function in ten coordinates, as recorded; nothing for a run that took too many.
std::optional<std::size_t> evaluations(std::uint64_t seed) {
  constexpr std::size_t kGenes = 10;
  CmaParameters p = cma_parameters(kGenes);
  p.lazy_gap = std::numeric_limits<double>::infinity();
  std::vector<double> start(kGenes);
  for (std::size_t i = 0; i < kGenes; ++i) start[i] = -5 + 10 * uniform({seed, 0, 1, i});
  CmaState state = cma_start(start, 2);
  LearningRates rates;
  for (std::size_t count = p.population; count < 1'000'000; count += p.population) {
    const std::vector<Point> points = cma_sample(p, state, seed);
    const std::vector<double> values = test::values_of(test::rastrigin, points);
    if (*std::min_element(values.begin(), values.end()) < 1e-8) return count;
    const CmaState before = state;
    cma_update(p, state, points, rank(test::trials_of(values)));
    damp_iteration(before, state, rates);
  }
  return std::nullopt;
}

// With its standard population of 10, which plain CMA-ES never solves it with (specification, section 6.7).
TEST(LraCmaEs, SolvesRastriginAsFastAsThePackageCmaes) {
  std::vector<std::size_t> theirs;
  const nlohmann::json all = record()["rastrigin"];
  for (const auto& count : all) {
    ASSERT_FALSE(count.is_null());
    theirs.push_back(count.get<std::size_t>());
  }
  std::vector<std::size_t> ours;
  for (std::uint64_t seed = 1; seed <= theirs.size(); ++seed) {
    const auto count = evaluations(seed);
    ASSERT_TRUE(count) << seed;
    ours.push_back(*count);
  }
  const auto ratio =
      static_cast<double>(test::spread_of(ours).median) / static_cast<double>(test::spread_of(theirs).median);
  EXPECT_NEAR(ratio, 1, 0.25);
}

}  // namespace
}  // namespace tsugi::evolve
