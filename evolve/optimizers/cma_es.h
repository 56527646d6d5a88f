// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CMA-ES with active covariance update, as pycma 4 runs it by default (Hansen, "The CMA Evolution Strategy: A
// Tutorial", arXiv 1604.00772; equation numbers are the tutorial's). Settings and state are plain values,
// open to tests and archives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {

/// Strategy parameters for N dimensions (specification, section 6.1).
struct CmaParameters {
  std::size_t dimension = 0;
  std::size_t population = 0;   ///< lambda
  std::size_t parents = 0;      ///< mu: how many weights are positive
  std::vector<double> weights;  ///< [population], decreasing; the positive ones add up to 1
  double mueff = 0;             ///< variance-effective number of parents
  double cs = 0;                ///< of the path for sigma
  double damps = 0;
  double cc = 0;  ///< of the path for C
  double c1 = 0;
  double cmu = 0;
  double lazy_gap = 0;  ///< generations between eigendecompositions
};

/// population: 4 + floor(3 ln N) unless given; at least 2. Throws Error for dimension 0.
CmaParameters cma_parameters(std::size_t dimension, std::optional<std::size_t> population = std::nullopt);

/// Everything that changes. Matrices are row-major [N, N].
struct CmaState {
  std::size_t generation = 0;  ///< how many have been told
  std::vector<double> mean;
  double sigma = 0;
  std::vector<double>
      scaling;             ///< per coordinate, beside sigma: 1 until the cap on standard deviations lowers it
  std::vector<double> ps;  ///< path for sigma
  std::vector<double> pc;  ///< path for C
  std::vector<double> covariance;  ///< C
  std::vector<double> axes;        ///< B: columns are eigenvectors of C as it was at `decomposed`
  std::vector<double> lengths;     ///< D: roots of its eigenvalues, ascending
  std::size_t decomposed = 0;      ///< generation of the last eigendecomposition

  bool operator==(const CmaState&) const = default;

  /// Standard deviation of coordinate i.
  double deviation(std::size_t i) const;
};

/// Mean at `start`, C = I.
CmaState cma_start(std::span<const double> start, double sigma);

/// The population of the state's generation, unbounded: mean + sigma * scaling * B D z (eq. 38-40).
std::vector<Point> cma_sample(const CmaParameters& parameters, const CmaState& state, std::uint64_t seed);

/// One iteration (specification, section 6.2; eq. 41-47). `points` are as sampled, `order` ranks them from
/// best to worst; there are parameters.population of each. No coordinate's standard deviation exceeds
/// `most_deviation` after.
void cma_update(const CmaParameters& parameters, CmaState& state, std::span<const Point> points,
                std::span<const std::size_t> order, double most_deviation);

/// Numerical stop rules (specification, section 6.4): tolx, tolfacupx, tolupsigma, tolconditioncov,
/// noeffectaxis, noeffectcoord and the limit of iterations.
std::optional<std::string> cma_stopped(const CmaParameters& parameters, const CmaState& state,
                                       double first_sigma);

}  // namespace tsugi::evolve
