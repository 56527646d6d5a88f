// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/restarts.h"

#include <algorithm>
#include <cmath>

#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

// Doubling a small population more often than this exceeds any budget, and doubles stay exact.
constexpr std::size_t kMostDoublings = 40;

double doubled(std::size_t times) {
  return std::exp2(static_cast<double>(std::min(times, kMostDoublings)));
}

}  // namespace

// Any population from the first one to the last large one, with a preference for small ones, from a shorter
// first step, for half of what the large runs have cost at most.
void RestartSchedule::plan_small() {
  ++small_runs_;
  const double share = uniform({seed_, runs_, 0, 1});
  const auto first = static_cast<double>(first_population_);
  plan_.sigma_factor = std::pow(0.01, uniform({seed_, runs_, 0, 0}));
  plan_.population = static_cast<std::size_t>(first * std::pow(doubled(runs_ - small_runs_), share * share));
  plan_.most_generations = std::max<std::size_t>(1, large_evaluations_ / 2 / plan_.population);
}

bool RestartSchedule::advance(std::size_t evaluations) {
  (plan_.large ? large_evaluations_ : small_evaluations_) += evaluations;
  ++runs_;
  if (kind_ == Restarts::none || runs_ - small_runs_ > most_) return false;
  // The first run counts as small, so that a large one follows it.
  const bool large =
      kind_ == Restarts::ipop || small_evaluations_ >= std::max<std::size_t>(1, large_evaluations_);
  plan_ = {.large = large};
  if (large) {
    plan_.population =
        static_cast<std::size_t>(static_cast<double>(first_population_) * doubled(runs_ - small_runs_));
  } else {
    plan_small();
  }
  return true;
}

}  // namespace tsugi::evolve
