// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/genetic/pareto.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace tsugi::evolve {

bool dominates(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return !a.empty() && b.empty();
  bool better = false;
  for (std::size_t m = 0; m < a.size(); ++m) {
    if (a[m] < b[m]) return false;
    better = better || a[m] > b[m];
  }
  return better;
}

std::vector<std::vector<std::size_t>> fronts_of(std::span<const std::vector<double>> objectives) {
  const std::size_t count = objectives.size();
  std::vector<std::size_t> dominators(count, 0);
  std::vector<std::vector<std::size_t>> dominated(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      if (!dominates(objectives[i], objectives[j])) continue;
      dominated[i].push_back(j);
      ++dominators[j];
    }
  }
  std::vector<std::vector<std::size_t>> fronts;
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < count; ++i) {
    if (dominators[i] == 0) front.push_back(i);
  }
  while (!front.empty()) {
    std::vector<std::size_t> next;
    for (const std::size_t i : front) {
      for (const std::size_t j : dominated[i]) {
        if (--dominators[j] == 0) next.push_back(j);
      }
    }
    std::sort(next.begin(), next.end());
    fronts.push_back(std::move(front));
    front = std::move(next);
  }
  return fronts;
}

std::vector<double> crowding_of(std::span<const std::vector<double>> objectives,
                                std::span<const std::size_t> front) {
  std::vector<double> crowding(front.size(), 0);
  std::vector<std::size_t> order(front.size());
  std::iota(order.begin(), order.end(), 0);
  const std::size_t count = front.empty() ? 0 : objectives[front[0]].size();
  for (std::size_t m = 0; m < count; ++m) {
    const auto value = [&](std::size_t i) { return objectives[front[i]][m]; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    const double range = value(order.back()) - value(order.front());
    if (range == 0) continue;
    crowding[order.front()] = crowding[order.back()] = std::numeric_limits<double>::infinity();
    for (std::size_t k = 1; k + 1 < order.size(); ++k) {
      crowding[order[k]] += (value(order[k + 1]) - value(order[k - 1])) / range;
    }
  }
  return crowding;
}

}  // namespace tsugi::evolve
