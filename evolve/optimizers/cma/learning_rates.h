// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Learning rates for mean and covariance that hold the signal-to-noise ratio of their changes (Nomura,
// Akimoto and Ono, "CMA-ES with Learning Rate Adaptation", GECCO 2023, arXiv 2304.03473).
#pragma once

#include <vector>

#include "evolve/optimizers/cma/full.h"

namespace tsugi::evolve {

/// What the estimate of one signal-to-noise ratio remembers.
struct RateMemory {
  std::vector<double> drift;  ///< E, moving average of the whitened changes; empty before the first
  double power = 0;           ///< V, moving average of their squared lengths
  double rate = 1;            ///< eta, in (0, 1]
};

struct LearningRates {
  RateMemory mean;
  RateMemory covariance;
};

/// Takes back the share of a whole iteration that the rates do not allow: `state` holds `before` after
/// cma_update, and then the damped iteration with axes of its own. `before` must have been decomposed in its
/// generation.
void damp_iteration(const CmaState& before, CmaState& state, LearningRates& rates);

}  // namespace tsugi::evolve
