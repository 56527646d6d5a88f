// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/genetic/niches.h"

#include <algorithm>
#include <cmath>

namespace tsugi::evolve {
namespace {

constexpr double kEps = 1e-8;  // an item that nobody answers feeds nobody, and divides nothing by zero

struct Resources {
  std::vector<double> eaten;     ///< z, [item]
  std::vector<double> capacity;  ///< c, [item]
};

Resources resources_of(const ItemScores& scores) {
  const std::size_t items = scores.empty() ? 0 : scores.front().size();
  Resources resources{std::vector<double>(items, 0), std::vector<double>(items, 0)};
  for (const std::vector<double>& row : scores) {
    for (std::size_t j = 0; j < items; ++j) {
      resources.eaten[j] += row[j];
      resources.capacity[j] = std::max(resources.capacity[j], row[j]);
    }
  }
  return resources;
}

}  // namespace

ItemScores without_negatives(ItemScores scores) {
  const bool negative = std::any_of(scores.begin(), scores.end(), [](const std::vector<double>& row) {
    return std::any_of(row.begin(), row.end(), [](double score) { return score < 0; });
  });
  if (!negative) return scores;
  for (std::size_t j = 0; j < scores.front().size(); ++j) {
    double worst = scores.front()[j];
    for (const std::vector<double>& row : scores) worst = std::min(worst, row[j]);
    for (std::vector<double>& row : scores) row[j] -= worst;
  }
  return scores;
}

std::vector<double> shared_fitness(const ItemScores& scores, double alpha) {
  const Resources resources = resources_of(scores);
  std::vector<double> fitness(scores.size(), 0);
  for (std::size_t j = 0; j < resources.eaten.size(); ++j) {
    const double share = resources.capacity[j] / (std::pow(resources.eaten[j], alpha) + kEps);
    for (std::size_t i = 0; i < scores.size(); ++i) fitness[i] += scores[i][j] * share;
  }
  return fitness;
}

std::vector<double> attraction(const ItemScores& scores, std::size_t a) {
  const Resources resources = resources_of(scores);
  std::vector<double> pull(scores.size(), 0);
  for (std::size_t j = 0; j < resources.eaten.size(); ++j) {
    const double share = resources.capacity[j] / (resources.eaten[j] + kEps);
    for (std::size_t b = 0; b < scores.size(); ++b) {
      pull[b] += share * std::max(scores[b][j] - scores[a][j], 0.0);
    }
  }
  return pull;
}

}  // namespace tsugi::evolve
