// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A lower bound on the probability that a discrete coordinate changes, without which CMA-ES gets stuck on a
// plateau (Hamano et al., "CMA-ES with Margin", GECCO 2022, arXiv 2205.13482).
#pragma once

#include <cstddef>
#include <vector>

#include "evolve/optimizers/cma/full.h"

namespace tsugi::evolve {

/// Values low, low + step, ..., of which there are `count`; 0 for a continuous coordinate, else 2 or more.
struct Grid {
  double low = 0;
  double step = 1;
  std::size_t count = 0;

  /// The nearest of the values; halves go down. Continuous coordinates stay.
  double nearest(double x) const;
};

/// amplification[i] widens the samples of coordinate i when they are rounded, and only then (A in the paper).
using Amplification = std::vector<double>;

/// What a sample stands for: each coordinate the nearest value to mean + A (x - mean).
Point rounded(const std::vector<double>& sampled, const Distribution& d, const Amplification& amplification,
              const std::vector<Grid>& grids);

/// 1 / (N lambda), as the paper recommends.
double standard_margin(const CmaParameters& parameters);

/// Corrects mean and amplification after an iteration so that each discrete coordinate leaves its value with
/// a probability of at least `margin` (sections 4.2 and 4.3).
void keep_margin(CmaState& state, Amplification& amplification, const std::vector<Grid>& grids,
                 double margin);

}  // namespace tsugi::evolve
