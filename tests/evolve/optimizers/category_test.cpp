// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How a choice among methods is best coded: a gene for each, of which the largest counts (what the search
// does), or one gene with as many levels or equal parts, in one turn or two. Six continuous genes besides,
// whose best values differ from choice to choice; which choice is the best changes from seed to seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "evolve/optimizers/optimizer.h"
#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

constexpr std::size_t kGenes = 6;
constexpr std::size_t kEvaluations = 120;  // of a search of recipes/pocket
constexpr std::size_t kRuns = 300;

// A landscape: how much each choice costs, and where its other genes are best.
struct Problem {
  std::size_t choices = 0;
  std::uint64_t seed = 0;

  // 0 for the best choice, then steps of 0.05: as much as six genes that are each 0.09 off.
  double cost(std::size_t choice) const {
    std::size_t better = 0;
    const auto key = [&](std::size_t c) { return random_bits({seed, 1, c, 0}); };
    for (std::size_t other = 0; other < choices; ++other) better += key(other) < key(choice) ? 1 : 0;
    return 0.05 * static_cast<double>(better);
  }
  double value(std::size_t choice, const double* x) const {
    double sum = -cost(choice);
    for (std::size_t i = 0; i < kGenes; ++i) {
      const double best = 0.3 + 0.3 * uniform({seed, 2, 0, i}) + 0.1 * uniform({seed, 3, choice, i});
      sum -= (x[i] - best) * (x[i] - best);
    }
    return sum;
  }
};

/// How a point says which choice it is.
struct Coding {
  const char* name;
  const char* optimizer;
  std::size_t (*genes)(std::size_t choices);
  std::size_t (*choice)(const Point& point, std::size_t choices);
  bool levels = false;
};

std::size_t part(double place, std::size_t choices) {
  const auto count = static_cast<double>(choices);
  return std::min(static_cast<std::size_t>(place * count), choices - 1);
}

std::size_t one(std::size_t /*choices*/) {
  return 1;
}

const std::array<Coding, 4> kCodings{{
    {"a gene each, the largest counts", "cma_es", [](std::size_t choices) { return choices; },
     [](const Point& point, std::size_t choices) {
       const auto end = point.begin() + static_cast<std::ptrdiff_t>(choices);
       return static_cast<std::size_t>(std::max_element(point.begin(), end) - point.begin());
     }},
    {"one gene with levels", "cma_es_margin", one,
     [](const Point& point, std::size_t choices) {
       return static_cast<std::size_t>(std::round(point[0] * static_cast<double>(choices - 1)));
     },
     true},
    {"one gene, equal parts", "cma_es", one,
     [](const Point& point, std::size_t choices) { return part(point[0], choices); }},
    {"one gene, two turns", "cma_es", one,
     [](const Point& point, std::size_t choices) {
       return part(std::fmod(2 * std::min(point[0], 0.999999), 1), choices);
     }},
}};

// Whether the final mean has the best choice, and how good that mean is.
std::pair<bool, double> run(const Coding& coding, const Problem& problem) {
  const std::size_t own = coding.genes(problem.choices);
  OptimizerSetup setup{.start = Point(own + kGenes, 0.5), .seed = problem.seed};
  if (coding.levels) {
    setup.levels.assign(own + kGenes, 0);
    setup.levels[0] = problem.choices;
    setup.start[0] = 0;  // the first of the file, as a search would start
  }
  const auto optimizer = start_optimizer(*find_optimizer(coding.optimizer), setup);
  for (std::size_t told = 0; told < kEvaluations;) {
    std::vector<Trial> trials;
    for (const Point& point : optimizer->ask())
      trials.push_back({.objectives = {problem.value(coding.choice(point, problem.choices), &point[own])}});
    told += trials.size();
    optimizer->tell(trials);
  }
  const Point mean = *optimizer->mean();
  const std::size_t choice = coding.choice(mean, problem.choices);
  return {problem.cost(choice) == 0, problem.value(choice, &mean[own])};
}

TEST(Category, AGeneForEachFindsTheBestMostOften) {
  for (const std::size_t choices : {2, 3, 5}) {
    std::vector<double> shares;
    for (const Coding& coding : kCodings) {
      double right = 0;
      double value = 0;
      for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
        const auto [is_best, final_value] = run(coding, {.choices = choices, .seed = seed});
        right += is_best ? 1 : 0;
        value += final_value;
      }
      shares.push_back(right / kRuns);
      std::printf("%zu choices, %-32s best choice %5.1f %%, mean value %.4f\n", choices, coding.name,
                  100 * shares.back(), value / kRuns);
    }
    // Two standard errors of a difference of shares of 300 runs each: 2 sqrt(2 / 4 / 300) = 0.08.
    for (std::size_t i = 1; i < shares.size(); ++i) EXPECT_GT(shares[0], shares[i] - 0.08) << i;
  }
}

}  // namespace
}  // namespace tsugi::evolve
