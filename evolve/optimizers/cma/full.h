// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CMA-ES with a full covariance matrix and active update, as pycma 4 runs it by default (Hansen, "The CMA
// Evolution Strategy: A Tutorial", arXiv 1604.00772; equation numbers are the tutorial's). State is a plain
// value, open to tests. Coordinates are unbounded: a box is the business of who asks.
#pragma once

#include <cstdint>

#include "evolve/optimizers/cma/distribution.h"

namespace tsugi::evolve {

/// Matrices are row-major [N, N].
struct CmaState : Distribution {
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

/// The population of the state's generation: mean + sigma * scaling * B D z (eq. 38-40).
std::vector<Point> cma_sample(const CmaParameters& parameters, const CmaState& state, std::uint64_t seed);

/// One iteration (specification, section 6.2; eq. 41-47). `points` are as sampled, `order` ranks them from
/// best to worst; there are parameters.population of each.
void cma_update(const CmaParameters& parameters, CmaState& state, std::span<const Point> points,
                std::span<const std::size_t> order);

/// C^-1/2 v with the axes in use.
Eigen::VectorXd cma_whiten(const CmaState& state, const Eigen::VectorXd& v);

/// Takes the axes of C anew. Throws Error when C has lost its positive eigenvalues.
void cma_decompose(CmaState& state);

/// Lowers the scaling of coordinates whose standard deviation exceeds `most`.
void cma_cap(CmaState& state, double most);

/// Numerical stop rules (specification, section 6.4): those of steps_stopped, tolupsigma, tolconditioncov,
/// noeffectaxis.
std::optional<std::string> cma_stopped(const CmaParameters& parameters, const CmaState& state,
                                       double first_sigma);

/// All of it as CmaRuns wants a strategy. Standard deviations stay under `most_deviation`.
class FullStrategy {
 public:
  FullStrategy(std::span<const double> start, double sigma, std::optional<std::size_t> population,
               double most_deviation)
      : parameters_(cma_parameters(start.size(), population)),
        state_(cma_start(start, sigma)),
        first_sigma_(sigma),
        most_deviation_(most_deviation) {}

  std::size_t population() const { return parameters_.population; }
  const std::vector<double>& mean() const { return state_.mean; }
  std::vector<Point> sample(std::uint64_t seed) const { return cma_sample(parameters_, state_, seed); }
  void update(std::span<const Point> points, std::span<const std::size_t> order) {
    cma_update(parameters_, state_, points, order);
    cma_cap(state_, most_deviation_);
  }
  std::optional<std::string> stopped() const { return cma_stopped(parameters_, state_, first_sigma_); }

 private:
  CmaParameters parameters_;
  CmaState state_;
  double first_sigma_;
  double most_deviation_;
};

}  // namespace tsugi::evolve
