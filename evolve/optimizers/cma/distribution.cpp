// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "evolve/optimizers/cma/eigen_views.h"

namespace tsugi::evolve {
namespace {

// Expected length of a standard normal vector, sqrt(2) G((n + 1) / 2) / G(n / 2), by its recurrence over n.
// The tutorial's series (eq. 44) is 5e-5 larger; pycma uses the exact value.
double expected_length(std::size_t n) {
  double length = n % 2 == 1 ? std::sqrt(2 / std::numbers::pi) : std::sqrt(std::numbers::pi / 2);
  for (std::size_t i = n % 2 == 1 ? 1 : 2; i < n; i += 2)
    length *= static_cast<double>(i + 1) / static_cast<double>(i);
  return length;
}

// pycma's [1e-9, 20, 0.1]: how far the mean must move, and for how many generations it may not.
constexpr double kRestDistance = 1e-9;
double rest_limit(std::size_t generation) {
  return 20 + 0.1 * static_cast<double>(generation);
}

void note_rest(Distribution& d) {
  const auto resting = static_cast<double>(d.generation - d.rest.since);
  const double distance = kRestDistance * std::sqrt(std::max(1.0, resting / rest_limit(d.generation)));
  if ((view(d.rest.place) - view(d.mean)).norm() <= distance) return;
  d.rest = {.place = d.mean, .since = d.generation};
}

}  // namespace

Distribution distribution_at(std::span<const double> start, double sigma) {
  const std::size_t n = start.size();
  Distribution d;
  d.mean.assign(start.begin(), start.end());
  d.sigma = sigma;
  d.scaling.assign(n, 1);
  d.ps.assign(n, 0);
  d.pc.assign(n, 0);
  d.rest.place = d.mean;
  return d;
}

Selection move_mean(const CmaParameters& p, Distribution& d, std::span<const Point> points,
                    std::span<const std::size_t> order) {
  const Vector old_mean = view(d.mean);
  const Vector unit = d.sigma * view(d.scaling);
  Selection selection;
  selection.steps.resize(static_cast<Eigen::Index>(p.dimension), static_cast<Eigen::Index>(p.population));
  Vector mean = Vector::Zero(old_mean.size());
  for (std::size_t i = 0; i < p.population; ++i) {
    const ConstVectorMap x = view(points[order[i]]);
    selection.steps.col(static_cast<Eigen::Index>(i)) = (x - old_mean).cwiseQuotient(unit);
    if (i < p.parents) mean += p.weights[i] * x;
  }
  view(d.mean) = mean;
  selection.shift = (mean - old_mean).cwiseQuotient(unit);
  ++d.generation;
  note_rest(d);
  return selection;
}

bool update_paths(const CmaParameters& p, Distribution& d, const Eigen::VectorXd& shift,
                  const Eigen::VectorXd& white) {
  const auto n = static_cast<double>(p.dimension);
  view(d.ps) *= 1 - p.cs;
  view(d.ps) += std::sqrt(p.cs * (2 - p.cs) * p.mueff) * white;
  const double decay = 1 - std::pow(1 - p.cs, 2.0 * static_cast<double>(d.generation));
  const bool hsig = view(d.ps).squaredNorm() / decay / n < 2 + 4 / (n + 1);
  view(d.pc) *= 1 - p.cc;
  if (hsig) view(d.pc) += std::sqrt(p.cc * (2 - p.cc) * p.mueff) * shift;
  return hsig;
}

void adapt_sigma(const CmaParameters& p, Distribution& d) {
  const double change = p.cs / p.damps * (view(d.ps).norm() / expected_length(p.dimension) - 1);
  d.sigma *= std::exp(std::clamp(change, -1.0, 1.0));
}

double rank_one_rate(const CmaParameters& p, bool hsig) {
  return p.c1 * (1 - (hsig ? 0 : 1) * p.cc * (2 - p.cc));
}

std::optional<std::string> steps_stopped(const CmaParameters& p, const Distribution& d,
                                         std::span<const double> deviations, double first_sigma) {
  const auto n = static_cast<double>(p.dimension);
  const auto generation = static_cast<double>(d.generation);
  if (generation >= 100 + 150 * (n + 3) * (n + 3) / std::sqrt(static_cast<double>(p.population))) {
    return fmt::format("{} generations, the limit for {} genes", d.generation, p.dimension);
  }
  bool small = true;
  for (std::size_t i = 0; i < p.dimension; ++i) {
    if (deviations[i] > 1e3 * first_sigma) return "a step length grew over 1000 fold";
    if (d.mean[i] == d.mean[i] + 0.2 * deviations[i]) return "steps along a gene vanish in rounding";
    small = small && deviations[i] < 1e-11 && d.sigma * d.scaling[i] * d.pc[i] < 1e-11;
  }
  if (small) return "all step lengths are under 1e-11 of a gene's range";
  if (static_cast<double>(d.generation - d.rest.since) > rest_limit(d.generation)) {
    return fmt::format("the mean moved less than {} of a gene's range in {} generations", kRestDistance,
                       d.generation - d.rest.since);
  }
  return std::nullopt;
}

}  // namespace tsugi::evolve
