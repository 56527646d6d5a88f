// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "evolve/optimizers/cma/learning_rates.h"
#include "evolve/random.h"
#include "tests/evolve/optimizers/functions.h"

namespace tsugi::evolve {
namespace {

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
  const auto record = nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/lra.json"));
  for (const auto& count : record["rastrigin"]) {
    ASSERT_FALSE(count.is_null());
    theirs.push_back(count.get<std::size_t>());
  }
  std::vector<std::size_t> ours;
  for (std::uint64_t seed = 1; seed <= theirs.size(); ++seed) {
    const auto count = evaluations(seed);
    ASSERT_TRUE(count) << seed;
    ours.push_back(*count);
  }
  const double ratio = test::ratio_printed(
      "lra_cma_es", "cmaes with lr_adapt: rastrigin, 10 genes, evaluations to 1e-8",
      static_cast<double>(test::spread_of(theirs).median), static_cast<double>(test::spread_of(ours).median));
  // Seven runs spread by a factor of two: their median errs by about a sixth.
  EXPECT_NEAR(ratio, 1, 0.25);
}

}  // namespace
}  // namespace tsugi::evolve
