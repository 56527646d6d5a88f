// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/genetic/variation.h"

#include <algorithm>
#include <cmath>

namespace tsugi::evolve {
namespace {

// The spread factor of a child whose parents are `distance` apart and `room` away from the bound on its side.
double spread_factor(double distance, double room, double eta, double u) {
  const double beta = 1 + 2 * room / distance;
  const double alpha = 2 - std::pow(beta, -(eta + 1));
  const double base = u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha);
  return std::pow(base, 1 / (eta + 1));
}

// Closer parents than this give children that cannot be told from them.
constexpr double kLeastDistance = 1e-14;

}  // namespace

std::pair<Point, Point> simulated_binary_crossover(const Point& a, const Point& b, double rate, double eta,
                                                   DrawStream& draws) {
  std::pair<Point, Point> children{a, b};
  if (draws.uniform() >= rate) return children;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool crossed = draws.uniform() < 0.5;
    const double u = draws.uniform();
    const bool exchanged = draws.uniform() < 0.5;
    const auto [low, high] = std::minmax(a[i], b[i]);
    const double distance = high - low;
    if (!crossed || distance <= kLeastDistance) continue;
    const double below = spread_factor(distance, low, eta, u) * distance;
    const double above = spread_factor(distance, 1 - high, eta, u) * distance;
    const double first = std::clamp((low + high - below) / 2, 0.0, 1.0);
    const double second = std::clamp((low + high + above) / 2, 0.0, 1.0);
    children.first[i] = exchanged ? second : first;
    children.second[i] = exchanged ? first : second;
  }
  return children;
}

void mutate_polynomially(Point& point, double rate, double eta, DrawStream& draws) {
  for (double& x : point) {
    const bool moved = draws.uniform() < rate;
    const double u = draws.uniform();
    if (!moved) continue;
    double step = 0;
    if (u <= 0.5) {
      step = std::pow(2 * u + (1 - 2 * u) * std::pow(1 - x, eta + 1), 1 / (eta + 1)) - 1;
    } else {
      step = 1 - std::pow(2 * (1 - u) + (2 * u - 1) * std::pow(x, eta + 1), 1 / (eta + 1));
    }
    x = std::clamp(x + step, 0.0, 1.0);
  }
}

}  // namespace tsugi::evolve
