// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/separable.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "evolve/optimizers/cma/eigen_views.h"
#include "evolve/random.h"

namespace tsugi::evolve {

std::vector<Point> separable_sample(const CmaParameters& parameters, const Distribution& d,
                                    std::uint64_t seed) {
  std::vector<Point> points(parameters.population, Point(parameters.dimension));
  for (std::size_t k = 0; k < points.size(); ++k) {
    for (std::size_t i = 0; i < parameters.dimension; ++i) {
      points[k][i] = d.mean[i] + d.sigma * d.scaling[i] * normal({seed, d.generation, k, i});
    }
  }
  return points;
}

void separable_update(const CmaParameters& p, Distribution& d, std::span<const Point> points,
                      std::span<const std::size_t> order) {
  const Selection selection = move_mean(p, d, points, order);
  const bool hsig = update_paths(p, d, selection.shift, selection.shift);  // steps are white already
  const double c1 = rank_one_rate(p, hsig);
  Vector learnt = c1 * view(d.pc).array().square();
  double total = c1;
  for (std::size_t k = 0; k < p.population; ++k) {
    const double weight = p.cmu * p.weights[k];
    learnt.array() += weight * selection.steps.col(static_cast<Eigen::Index>(k)).array().square();
    total += weight;
  }
  view(d.scaling).array() *= (std::numbers::ln2 / 2 * (learnt.array() - total)).exp();
  adapt_sigma(p, d);
}

std::vector<double> separable_deviations(const Distribution& d) {
  std::vector<double> deviations(d.scaling);
  for (double& deviation : deviations) deviation *= d.sigma;
  return deviations;
}

void separable_cap(Distribution& d, double most) {
  for (double& scale : d.scaling) scale = std::min(scale, most / d.sigma);
}

}  // namespace tsugi::evolve
