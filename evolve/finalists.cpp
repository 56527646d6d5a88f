// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/finalists.h"

#include <algorithm>
#include <set>

#include "eval/metrics/intervals.h"
#include "recipes/error.h"

namespace tsugi::evolve {

using eval::mean_of;

std::vector<std::size_t> name_finalists(const std::optional<Contender>& mean,
                                        std::span<const Contender> others, std::size_t most) {
  std::vector<const Contender*> ranked;
  for (const Contender& other : others) {
    if (other.fitness) ranked.push_back(&other);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Contender* a, const Contender* b) { return *a->fitness > *b->fitness; });
  if (mean && mean->fitness) ranked.insert(ranked.begin(), &*mean);
  std::vector<std::size_t> named;
  std::set<std::string> recipes;
  for (const Contender* contender : ranked) {
    if (named.size() < most && recipes.insert(contender->recipe).second) named.push_back(contender->id);
  }
  return named;
}

std::size_t choose_winner(std::span<const std::vector<double>> validation) {
  if (validation.empty()) throw Error("no candidate could be scored on validation");
  std::size_t winner = 0;
  double highest = mean_of(validation[0]);
  const double first = highest;
  for (std::size_t i = 1; i < validation.size(); ++i) {
    const double mean = mean_of(validation[i]);
    const double margin = eval::paired_standard_error(validation[i], validation[0]);
    if (mean - first > margin && mean > highest) {
      winner = i;
      highest = mean;
    }
  }
  return winner;
}

std::size_t choose_best(std::span<const std::vector<double>> validation) {
  if (validation.empty()) throw Error("there is nothing to choose the best of");
  std::size_t best = 0;
  for (std::size_t i = 1; i < validation.size(); ++i) {
    if (mean_of(validation[i]) > mean_of(validation[best])) best = i;
  }
  return best;
}

}  // namespace tsugi::evolve
