// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What all CMA-ES share whatever the shape of C: mean, step lengths, paths, and the stop rules that look at
// them. Plain values, open to tests.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evolve/optimizers/cma/parameters.h"
#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {

/// How long the mean has stood still, for pycma's tolxstagnation.
struct MeanRest {
  std::vector<double> place;  ///< where the mean last moved to
  std::size_t since = 0;      ///< the generation in which it did

  bool operator==(const MeanRest&) const = default;
};

struct Distribution {
  std::size_t generation = 0;  ///< how many have been told
  std::vector<double> mean;
  double sigma = 0;
  std::vector<double> scaling;  ///< standard deviation by coordinate, beside sigma and C
  std::vector<double> ps;       ///< path for sigma
  std::vector<double> pc;       ///< path for C
  MeanRest rest;

  bool operator==(const Distribution&) const = default;
};

/// Mean at `start`, scaling 1, paths 0.
Distribution distribution_at(std::span<const double> start, double sigma);

/// What selection did to the mean, in units of sigma * scaling.
struct Selection {
  Eigen::MatrixXd steps;  ///< [N, population]: (x_i - mean) / (sigma scaling), best first
  Eigen::VectorXd shift;  ///< of the mean
};

/// Moves the mean to the weighted mean of the best points (eq. 41-42) and counts the generation.
/// `points` are as sampled, `order` ranks them from best to worst.
Selection move_mean(const CmaParameters& p, Distribution& d, std::span<const Point> points,
                    std::span<const std::size_t> order);

/// Both paths (eq. 43 and 45); `white` is C^-1/2 shift. Returns h_sigma: whether ps is short enough to trust
/// pc.
bool update_paths(const CmaParameters& p, Distribution& d, const Eigen::VectorXd& shift,
                  const Eigen::VectorXd& white);

/// sigma from the length of ps (eq. 44).
void adapt_sigma(const CmaParameters& p, Distribution& d);

/// The share of c1 that is left when h_sigma stalls the rank-one update.
double rank_one_rate(const CmaParameters& p, bool hsig);

/// tolx, tolfacupx, noeffectcoord, tolxstagnation and the limit of iterations (specification, section 6.4).
/// `deviations` are the standard deviations of the coordinates.
std::optional<std::string> steps_stopped(const CmaParameters& p, const Distribution& d,
                                         std::span<const double> deviations, double first_sigma);

}  // namespace tsugi::evolve
