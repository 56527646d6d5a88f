// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/stagnation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tsugi::evolve {
namespace {

// The specification's lower end for accuracy fitness (section 6.4).
constexpr std::size_t kFlatGenerations = 20;
// pycma thins its long history to a fifth: enough for medians, small for long runs.
constexpr std::size_t kEvery = 5;

double first_objective(const Trial& trial) {
  return trial.failed() ? -std::numeric_limits<double>::infinity() : trial.objectives.front();
}

double median_of(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double spread_of(std::span<const Trial> trials) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Trial& trial : trials) {
    low = std::min(low, first_objective(trial));
    high = std::max(high, first_objective(trial));
  }
  return high - low;
}

// pycma's tolfun and tolfunhist: changes this small are rounding, not progress.
constexpr double kLeastSpread = 1e-11;
constexpr double kLeastChange = 1e-12;

bool converged(const FitnessHistory& history, double n, double lambda) {
  const auto length = static_cast<std::size_t>(10 + 30 * n / lambda);
  const std::span<const double> all(history.recent);
  if (all.size() <= 9) return false;  // pycma's least history
  const auto window = all.last(std::min(all.size(), length));
  const auto [low, high] = std::minmax_element(window.begin(), window.end());
  const double change = *high - *low;
  return change > 0 && (change < kLeastChange || (change < kLeastSpread && history.spread < kLeastSpread));
}

// Whether the medians of the newer half of the last 2 * length records are no better than those of the older
// half.
bool no_better(const std::vector<double>& history, std::size_t length) {
  const std::span<const double> all(history);
  return median_of(all.last(length)) <= median_of(all.last(2 * length).first(length));
}

}  // namespace

void record_generation(FitnessHistory& history, std::span<const Trial> trials,
                       std::span<const std::size_t> order) {
  if (trials.empty()) return;
  ++history.generations;
  const auto known = [&](std::size_t i) {
    return trials[order[i]].failed() ? std::vector<double>() : trials[order[i]].objectives;
  };
  const std::vector<double> best = known(0);
  if (best > history.best_ever) {
    history.best_ever = best;
    history.best_generation = history.generations;
  }
  const bool flat = best == known(order.size() * 3 / 4);
  history.flat_generations = flat ? history.flat_generations + 1 : 0;
  history.recent.push_back(first_objective(trials[order.front()]));
  history.spread = spread_of(trials);
  if (history.generations % kEvery != 0) return;
  std::vector<double> firsts(trials.size());
  std::transform(trials.begin(), trials.end(), firsts.begin(), first_objective);
  history.best.push_back(first_objective(trials[order.front()]));
  history.median.push_back(median_of(firsts));
}

std::optional<std::string> stagnated(const FitnessHistory& history, std::size_t dimension,
                                     std::size_t population) {
  if (history.flat_generations > kFlatGenerations) {
    return fmt::format("the best three quarters scored the same in {} generations in a row",
                       history.flat_generations);
  }
  const auto n = static_cast<double>(dimension);
  const auto lambda = static_cast<double>(population);
  if (converged(history, n, lambda)) return "the best scores of many generations differ by rounding only";
  const double tolerance = std::floor(100 + 100 * std::pow(n, 1.5) / lambda);
  const auto since_best = static_cast<double>(history.generations - history.best_generation);
  const auto length = static_cast<std::size_t>(
      std::max(tolerance / kEvery / 2, static_cast<double>(history.best.size()) / 10));
  const bool long_enough = static_cast<double>(history.generations) > n * (5 + 100 / lambda) &&
                           history.best.size() > 100 && 2 * length < history.best.size();
  if (long_enough && since_best > tolerance / 2 && no_better(history.median, length) &&
      no_better(history.best, length)) {
    return fmt::format("no better in {} generations", history.generations - history.best_generation);
  }
  return std::nullopt;
}

}  // namespace tsugi::evolve
