// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/restarts.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tsugi::evolve {
namespace {

TEST(Restarts, NoneMeansOneRun) {
  RestartSchedule schedule(Restarts::none, 9, 10, 1);
  EXPECT_EQ(schedule.plan(), RunPlan{.population = 10});
  EXPECT_FALSE(schedule.advance(500));
}

TEST(Restarts, IpopDoublesThePopulationEachTime) {
  RestartSchedule schedule(Restarts::ipop, 3, 10, 1);
  for (const std::size_t population : {20, 40, 80}) {
    ASSERT_TRUE(schedule.advance(1000));
    EXPECT_EQ(schedule.plan().population, population);
    EXPECT_EQ(schedule.plan().sigma_factor, 1);
  }
  EXPECT_FALSE(schedule.advance(1000));
}

// Worked by hand after the specification's section 6.5: the first run counts as small, small ones go on while
// they have cost less than the large ones.
TEST(Restarts, BipopTakesTurnsByCost) {
  RestartSchedule schedule(Restarts::bipop, 2, 10, 1);
  ASSERT_TRUE(schedule.advance(1000));  // small 1000, large 0
  EXPECT_TRUE(schedule.plan().large);
  EXPECT_EQ(schedule.plan().population, 20U);
  ASSERT_TRUE(schedule.advance(3000));  // small 1000, large 3000
  EXPECT_FALSE(schedule.plan().large);
  ASSERT_TRUE(schedule.advance(1500));  // small 2500, large 3000
  EXPECT_FALSE(schedule.plan().large);
  ASSERT_TRUE(schedule.advance(600));  // small 3100, large 3000
  EXPECT_TRUE(schedule.plan().large);
  EXPECT_EQ(schedule.plan().population, 40U);
  EXPECT_FALSE(schedule.advance(5000));  // both restarts with larger populations are used up
}

TEST(Restarts, SmallRunsStayWithinTheirBounds) {
  double log_sigma = 0;
  constexpr int kSeeds = 400;
  for (int seed = 0; seed < kSeeds; ++seed) {
    RestartSchedule schedule(Restarts::bipop, 9, 10, static_cast<std::uint64_t>(seed));
    ASSERT_TRUE(schedule.advance(1000));
    ASSERT_TRUE(schedule.advance(3000));
    const RunPlan plan = schedule.plan();
    ASSERT_FALSE(plan.large);
    EXPECT_GE(plan.population, 10U);
    EXPECT_LE(plan.population, 20U);
    EXPECT_GE(plan.sigma_factor, 0.01);
    EXPECT_LE(plan.sigma_factor, 1);
    EXPECT_LE(plan.most_generations * plan.population, 1500U);  // half of the large runs' evaluations
    log_sigma += std::log10(plan.sigma_factor) / kSeeds;
  }
  // log10 is uniform in [-2, 0]: the mean of 400 has a standard error of 2 / sqrt(12 * 400) = 0.029.
  EXPECT_NEAR(log_sigma, -1, 5 * 0.029);
}

}  // namespace
}  // namespace tsugi::evolve
