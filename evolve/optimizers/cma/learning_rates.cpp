// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/learning_rates.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "evolve/optimizers/cma/eigen_views.h"

namespace tsugi::evolve {
namespace {

// The paper's settings.
constexpr double kAlpha = 1.4;
constexpr double kBetaMean = 0.1;
constexpr double kBetaCovariance = 0.03;
constexpr double kGamma = 0.1;

void adapt(RateMemory& memory, std::span<const double> change, double beta) {
  const Eigen::Map<const Vector> step(change.data(), static_cast<Eigen::Index>(change.size()));
  if (memory.drift.empty()) memory.drift.assign(change.size(), 0);
  VectorMap drift = view(memory.drift);
  drift = (1 - beta) * drift + beta * step;
  memory.power = (1 - beta) * memory.power + beta * step.squaredNorm();
  const double signal = drift.squaredNorm();
  const double noise = memory.power - signal;
  // No noise at all is the best of signals, and no change is none.
  const double ratio = noise > 0 ? (signal - beta / (2 - beta) * memory.power) / noise : signal;
  const double relative = std::clamp(ratio / (kAlpha * memory.rate) - 1, -1.0, 1.0);
  memory.rate *= std::exp(std::min(kGamma * memory.rate, beta) * relative);
  memory.rate = std::min(memory.rate, 1.0);
}

// sigma takes the size of the covariance, so that det C = 1.
void split_off_size(CmaState& state) {
  state.sigma = 1;
  cma_decompose(state);
  const double size = std::exp(view(state.lengths).array().log().mean());
  state.sigma = size;
  view(state.covariance) /= size * size;
  view(state.lengths) /= size;
}

}  // namespace

void damp_iteration(const CmaState& before, CmaState& state, LearningRates& rates) {
  const std::size_t n = before.mean.size();
  const Vector scaling = view(before.scaling);
  const Vector shift = view(state.mean) - view(before.mean);
  const Vector white = cma_whiten(before, shift.cwiseQuotient(scaling)) / before.sigma;
  const double old_rate = rates.mean.rate;
  adapt(rates.mean, {white.data(), n}, kBetaMean);

  const Matrix old_sigma = before.sigma * before.sigma * square(before.covariance, n);
  const Matrix change = state.sigma * state.sigma * square(state.covariance, n) - old_sigma;
  const ConstMatrixMap axes = square(before.axes, n);
  const Matrix whitener =
      axes * (before.sigma * view(before.lengths)).cwiseInverse().asDiagonal() * axes.transpose();
  const Matrix white_change = whitener * change * whitener / std::sqrt(2.0);
  adapt(rates.covariance, {white_change.data(), n * n}, kBetaCovariance);

  view(state.mean) = view(before.mean) + rates.mean.rate * shift;
  square(state.covariance, n) = old_sigma + rates.covariance.rate * change;
  split_off_size(state);
  // The best step length is inversely proportional to the rate of the mean (section 4.3).
  state.sigma *= old_rate / rates.mean.rate;
}

}  // namespace tsugi::evolve
