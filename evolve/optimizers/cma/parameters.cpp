// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/parameters.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

// Raw weights ln((lambda + 1) / 2) - ln i; positives add up to 1, negatives to -1 (eq. 49, before their
// scaling).
void set_weights(CmaParameters& p) {
  const auto lambda = static_cast<double>(p.population);
  p.weights.resize(p.population);
  double positive = 0;
  double negative = 0;
  for (std::size_t i = 0; i < p.population; ++i) {
    p.weights[i] = std::log((lambda + 1) / 2) - std::log(static_cast<double>(i + 1));
    if (p.weights[i] > 0) ++p.parents;
    (p.weights[i] > 0 ? positive : negative) += p.weights[i];
  }
  double squares = 0;
  for (double& weight : p.weights) {
    weight /= weight > 0 ? positive : (negative == 0 ? 1 : -negative);
    if (weight > 0) squares += weight * weight;
  }
  p.mueff = 1 / squares;
}

// Scales the negative weights so that C does not decay (eq. 50), learns no faster from bad steps than from
// good ones (eq. 51) and keeps a negative sum within `most`.
void scale_negative_weights(CmaParameters& p, double most) {
  double sum = 0;
  double squares = 0;
  for (std::size_t i = p.parents; i < p.population; ++i) {
    sum -= p.weights[i];
    squares += p.weights[i] * p.weights[i];
  }
  if (sum == 0) return;
  const double mueff_negative = sum * sum / squares;
  const double wanted = std::min({1 + p.c1 / p.cmu, 1 + 2 * mueff_negative / (p.mueff + 2), most});
  for (std::size_t i = p.parents; i < p.population; ++i) p.weights[i] *= wanted / sum;
}

// What does not depend on the shape of C.
CmaParameters common_parameters(std::size_t dimension, std::optional<std::size_t> population) {
  if (dimension == 0) throw Error("CMA-ES: there is no gene to search");
  CmaParameters p;
  const auto n = static_cast<double>(dimension);
  p.dimension = dimension;
  p.population = std::max<std::size_t>(2, population.value_or(standard_population(dimension)));
  set_weights(p);
  p.cs = (p.mueff + 2) / (n + p.mueff + 3);
  p.damps = 1 + 2 * std::max(0.0, std::sqrt((p.mueff - 1) / (n + 1)) - 1) + p.cs;
  return p;
}

}  // namespace

std::size_t standard_population(std::size_t dimension) {
  return 4 + static_cast<std::size_t>(std::floor(3 * std::log(static_cast<double>(dimension))));
}

CmaParameters cma_parameters(std::size_t dimension, std::optional<std::size_t> population) {
  CmaParameters p = common_parameters(dimension, population);
  const auto n = static_cast<double>(dimension);
  p.cc = (4 + p.mueff / n) / (n + 4 + 2 * p.mueff / n);
  p.c1 = std::min(1.0, static_cast<double>(p.population) / 6) * 2 / ((n + 1.3) * (n + 1.3) + p.mueff);
  p.cmu = std::min(1 - p.c1, 2 * (0.25 + p.mueff + 1 / p.mueff - 2) / ((n + 2) * (n + 2) + p.mueff));
  scale_negative_weights(p, (1 - p.c1 - p.cmu) / (n * p.cmu));  // eq. 52: C stays positive definite
  p.lazy_gap =
      1 / (p.c1 + p.cmu) / n / 10;  // a tenth of the time C takes to change: O(N^2) a generation on average
  return p;
}

CmaParameters separable_parameters(std::size_t dimension, std::optional<std::size_t> population) {
  CmaParameters p = common_parameters(dimension, population);
  const auto n = static_cast<double>(dimension);
  const double root = std::sqrt(n);
  p.cc = (1 + 1 / n + p.mueff / n) / (root + 1 / n + 2 * p.mueff / n);
  p.c1 = 1 / (n + 2 * root + p.mueff / n);
  p.cmu = std::min(1 - p.c1, (0.25 + p.mueff + 1 / p.mueff - 2) / (n + 4 * root + p.mueff / 2));
  // A product of exponentials is positive whatever the weights.
  scale_negative_weights(p, std::numeric_limits<double>::infinity());
  return p;
}

}  // namespace tsugi::evolve
