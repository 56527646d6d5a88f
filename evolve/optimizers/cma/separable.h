// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CMA-ES with a diagonal covariance matrix: linear time and space (Ros and Hansen, "A Simple Modification in
// CMA-ES Achieving Linear Time and Space Complexity", PPSN 2008), with the multiplicative update of pycma 4's
// CMA_diagonal (specification, section 6.6). C is the square of Distribution::scaling.
#pragma once

#include <cstdint>

#include "evolve/optimizers/cma/distribution.h"

namespace tsugi::evolve {

/// The population of the distribution's generation: mean + sigma * scaling * z.
std::vector<Point> separable_sample(const CmaParameters& parameters, const Distribution& d,
                                    std::uint64_t seed);

/// One iteration: mean, paths, then scaling_i *= exp(ln2 / 2 (sum_k w_k z_ki^2 - sum_k w_k)) with w = [c1,
/// cmu weights] and z the path and the steps, then sigma.
void separable_update(const CmaParameters& parameters, Distribution& d, std::span<const Point> points,
                      std::span<const std::size_t> order);

/// Standard deviations by coordinate.
std::vector<double> separable_deviations(const Distribution& d);

/// Lowers the scaling of coordinates whose standard deviation exceeds `most`.
void separable_cap(Distribution& d, double most);

/// All of it as CmaRuns wants a strategy. Standard deviations stay under `most_deviation`.
class SeparableStrategy {
 public:
  SeparableStrategy(std::span<const double> start, double sigma, std::optional<std::size_t> population,
                    double most_deviation)
      : parameters_(separable_parameters(start.size(), population)),
        distribution_(distribution_at(start, sigma)),
        first_sigma_(sigma),
        most_deviation_(most_deviation) {}

  std::size_t population() const { return parameters_.population; }
  const std::vector<double>& mean() const { return distribution_.mean; }
  std::vector<Point> sample(std::uint64_t seed) const {
    return separable_sample(parameters_, distribution_, seed);
  }
  void update(std::span<const Point> points, std::span<const std::size_t> order) {
    separable_update(parameters_, distribution_, points, order);
    separable_cap(distribution_, most_deviation_);
  }
  std::optional<std::string> stopped() const {
    return steps_stopped(parameters_, distribution_, separable_deviations(distribution_), first_sigma_);
  }

 private:
  CmaParameters parameters_;
  Distribution distribution_;
  double first_sigma_;
  double most_deviation_;
};

}  // namespace tsugi::evolve
