// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What comes after a run of CMA-ES has converged: larger populations (IPOP; Auger and Hansen, CEC 2005), or
// these in turn with short local runs (BIPOP; Hansen, GECCO 2009), as pycma 4 schedules them (specification,
// section 6.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace tsugi::evolve {

enum class Restarts : std::uint8_t { none, ipop, bipop };

/// One run of the strategy, from a start of its own.
struct RunPlan {
  std::size_t population = 0;
  double sigma_factor = 1;  ///< of the first step length
  std::size_t most_generations = std::numeric_limits<std::size_t>::max();
  bool large = false;  ///< belongs to BIPOP's large runs

  bool operator==(const RunPlan&) const = default;
};

/// A value: what was planned so far and what it cost.
class RestartSchedule {
 public:
  /// `most` restarts with larger populations; BIPOP's small ones are not counted.
  RestartSchedule(Restarts kind, std::size_t most, std::size_t first_population, std::uint64_t seed)
      : kind_(kind), most_(most), plan_{.population = first_population}, seed_(seed) {}

  const RunPlan& plan() const { return plan_; }

  /// Plans the run that follows one of so many evaluations. False when there is none.
  bool advance(std::size_t evaluations);

 private:
  void plan_small();

  Restarts kind_;
  std::size_t most_;
  RunPlan plan_;
  std::uint64_t seed_;
  std::size_t first_population_ = plan_.population;
  std::size_t runs_ = 0;  ///< that are over
  std::size_t small_runs_ = 0;
  std::size_t small_evaluations_ = 0;
  std::size_t large_evaluations_ = 0;
};

}  // namespace tsugi::evolve
