// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "evolve/optimizers/cma/learning_rates.h"

namespace tsugi::evolve {
namespace {

CmaState state_of(const nlohmann::json& recorded) {
  CmaState state = cma_start(recorded["mean"].get<std::vector<double>>(), recorded["sigma"].get<double>());
  state.covariance = recorded["C"].get<std::vector<double>>();
  return state;
}

TEST(LraCmaEs, EveryDampedIterationIsTheOneOfThePackageCmaes) {
  LearningRates rates;
  const auto record = nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/lra.json"));
  for (const auto& step : record["steps"]) {
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

}  // namespace
}  // namespace tsugi::evolve
