// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/full.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numeric>

#include "evolve/optimizers/cma/eigen_views.h"
#include "evolve/random.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

// Rank-one and rank-mu update with negative weights (eq. 47).
void update_covariance(const CmaParameters& p, CmaState& state, const Selection& selection, bool hsig) {
  const double total = std::accumulate(p.weights.begin(), p.weights.end(), 0.0);
  MatrixMap c = square(state.covariance, p.dimension);
  c *= 1 - rank_one_rate(p, hsig) - p.cmu * total;
  c += p.c1 * view(state.pc) * view(state.pc).transpose();
  for (std::size_t i = 0; i < p.population; ++i) {
    const Vector y = selection.steps.col(static_cast<Eigen::Index>(i));
    double weight = p.cmu * p.weights[i];
    if (weight < 0) {
      const double length = cma_whiten(state, y).norm() + 1e-9;  // pycma's guard against a step of length 0
      weight *= static_cast<double>(p.dimension) / (length * length);
    }
    c += weight * y * y.transpose();
  }
}

}  // namespace

double CmaState::deviation(std::size_t i) const {
  return sigma * scaling[i] * std::sqrt(covariance[i * mean.size() + i]);
}

CmaState cma_start(std::span<const double> start, double sigma) {
  const std::size_t n = start.size();
  CmaState state{distribution_at(start, sigma), {}, {}, {}, 0};
  state.covariance.assign(n * n, 0);
  square(state.covariance, n).setIdentity();
  state.axes = state.covariance;
  state.lengths.assign(n, 1);
  return state;
}

std::vector<Point> cma_sample(const CmaParameters& parameters, const CmaState& state, std::uint64_t seed) {
  const std::size_t n = parameters.dimension;
  const ConstMatrixMap axes = square(state.axes, n);
  std::vector<Point> points(parameters.population, Point(n));
  for (std::size_t k = 0; k < points.size(); ++k) {
    Vector z(static_cast<Eigen::Index>(n));
    for (std::size_t i = 0; i < n; ++i) {
      z[static_cast<Eigen::Index>(i)] = state.lengths[i] * normal({seed, state.generation, k, i});
    }
    view(points[k]) = view(state.mean) + state.sigma * view(state.scaling).cwiseProduct(axes * z);
  }
  return points;
}

Vector cma_whiten(const CmaState& state, const Vector& v) {
  const ConstMatrixMap axes = square(state.axes, state.mean.size());
  Vector turned = axes.transpose() * v;
  turned.array() /= view(state.lengths).array();
  return axes * turned;
}

void cma_decompose(CmaState& state) {
  const std::size_t n = state.mean.size();
  MatrixMap c = square(state.covariance, n);
  c = ((c + c.transpose()) / 2).eval();
  Eigen::SelfAdjointEigenSolver<Matrix> solver(c);
  // Rounding may push the least eigenvalue to zero; each repair adds the last known least one to all, as
  // pycma does.
  const double repair = state.lengths.front() * state.lengths.front();
  for (int attempt = 0; attempt < 10 && !(solver.eigenvalues().minCoeff() > 0); ++attempt) {
    c.diagonal().array() += repair;
    solver.compute(c);
  }
  if (solver.info() != Eigen::Success || !(solver.eigenvalues().minCoeff() > 0)) {
    throw Error("CMA-ES: the covariance matrix has no positive eigenvalues left; the search cannot go on");
  }
  square(state.axes, n) = solver.eigenvectors();
  view(state.lengths) = solver.eigenvalues().cwiseSqrt();
  state.decomposed = state.generation;
}

void cma_update(const CmaParameters& p, CmaState& state, std::span<const Point> points,
                std::span<const std::size_t> order) {
  const Selection selection = move_mean(p, state, points, order);
  const bool hsig = update_paths(p, state, selection.shift, cma_whiten(state, selection.shift));
  update_covariance(p, state, selection, hsig);
  adapt_sigma(p, state);
  if (static_cast<double>(state.generation) >= static_cast<double>(state.decomposed) + p.lazy_gap)
    cma_decompose(state);
}

void cma_cap(CmaState& state, double most) {
  for (std::size_t i = 0; i < state.mean.size(); ++i) {
    const double deviation = state.deviation(i);
    if (deviation > most) state.scaling[i] *= most / deviation;
  }
}

std::optional<std::string> cma_stopped(const CmaParameters& p, const CmaState& state, double first_sigma) {
  if (state.lengths.back() > 1e7 * state.lengths.front())
    return "the covariance's condition number is over 1e14";
  if (state.sigma > 1e20 * first_sigma * state.lengths.back()) return "the step length grew over 1e20 fold";
  std::vector<double> deviations(p.dimension);
  for (std::size_t i = 0; i < p.dimension; ++i) deviations[i] = state.deviation(i);
  if (auto reason = steps_stopped(p, state, deviations, first_sigma)) return reason;
  const std::size_t axis = state.generation % p.dimension;
  bool moved = false;
  for (std::size_t i = 0; i < p.dimension; ++i) {
    const double along = state.axes[i * p.dimension + axis] * state.lengths[axis];
    moved = moved || state.mean[i] != state.mean[i] + 0.1 * state.sigma * state.scaling[i] * along;
  }
  if (!moved) return "steps along a principal axis vanish in rounding";
  return std::nullopt;
}

}  // namespace tsugi::evolve
