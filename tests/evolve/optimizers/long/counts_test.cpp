// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The whole table of the specification's section 6.7, printed.
#include "tests/evolve/optimizers/counts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "evolve/optimizers/cma/runs.h"

namespace tsugi::evolve {
namespace {

template <typename Count>
void compare(const char* optimizer, std::span<const test::Reference> rows, Count count) {
  for (const test::Reference& row : rows) {
    const test::Spread ours = test::spread_of_runs(row, count);
    const double ratio = static_cast<double>(ours.median) / static_cast<double>(row.median);
    fmt::print("| {} | {} | {} | {} | {} ({}-{}) | {:.3f} |\n", optimizer, row.name, row.dimension,
               row.median, ours.median, ours.least, ours.most, ratio);
    EXPECT_NEAR(ratio, 1, 0.05) << optimizer << ' ' << row.name << ' ' << row.dimension;
  }
}

TEST(Counts, WithoutRestarts) {
  fmt::print(
      "| optimizer | function | genes | pycma | Tsugi: median (range) of 45 | ratio "
      "|\n|---|---|---|---|---|---|\n");
  compare("cma_es", test::kFull, test::full_evaluations);
  compare("sep_cma_es", test::kSeparable, test::separable_evaluations);
}

struct RestartRow {
  Restarts kind;
  const char* name;
  std::size_t dimension;
  std::size_t median;  ///< pycma's
};

// The specification's medians are of ten runs, whose counts spread by a factor of five to nine. Fifty-one
// runs of pycma 4.4.0 (tests/peers/record_restarts.py) have the first median at 84,400 instead of 53,000.

// Unbounded, each run from a uniform point of [-5, 5]^N with a first step of 2, to a value below 1e-8.
std::size_t rastrigin_evaluations(const RestartRow& row, std::uint64_t seed) {
  RunSettings<FullStrategy> settings;
  settings.dimension = row.dimension;
  settings.sigma = 2;
  settings.restarts = row.kind;
  settings.most_restarts = 9;
  settings.seed = seed;
  settings.start = [&](std::size_t run) {
    std::vector<double> start(row.dimension);
    for (std::size_t i = 0; i < start.size(); ++i) start[i] = -5 + 10 * uniform({seed, run, 1, i});
    return start;
  };
  settings.make = [](const std::vector<double>& start, double sigma, std::optional<std::size_t> population) {
    return FullStrategy(start, sigma, population, std::numeric_limits<double>::infinity());
  };
  CmaRuns<FullStrategy> runs(settings, std::nullopt);
  std::size_t evaluations = 0;
  while (!runs.finished()) {
    const std::vector<Point> points = runs.sample();
    const std::vector<double> values = test::values_of(test::rastrigin, points);
    evaluations += values.size();
    if (*std::min_element(values.begin(), values.end()) < test::kTarget) return evaluations;
    runs.update(points, test::trials_of(values));
  }
  ADD_FAILURE() << row.name << ", seed " << seed << ": not solved in " << evaluations << " evaluations";
  return evaluations;
}

TEST(Counts, RestartsOnRastrigin) {
  constexpr RestartRow kRows[] = {{Restarts::ipop, "ipop", 10, 84'400},
                                  {Restarts::bipop, "bipop", 10, 83'000},
                                  {Restarts::ipop, "ipop", 20, 281'000},
                                  {Restarts::bipop, "bipop", 20, 347'000}};
  fmt::print("| restarts | genes | pycma | Tsugi: median (range) of 51 | ratio |\n|---|---|---|---|---|\n");
  for (const RestartRow& row : kRows) {
    std::vector<std::size_t> counts;
    // The counts spread by a factor of 5 to 9: 51 runs bring the error of the median to about a tenth.
    for (std::uint64_t seed = 1; seed <= 51; ++seed) counts.push_back(rastrigin_evaluations(row, seed));
    const test::Spread ours = test::spread_of(std::move(counts));
    const double ratio = static_cast<double>(ours.median) / static_cast<double>(row.median);
    fmt::print("| {} | {} | {} | {} ({}-{}) | {:.3f} |\n", row.name, row.dimension, row.median, ours.median,
               ours.least, ours.most, ratio);
    EXPECT_NEAR(ratio, 1, 0.3) << row.name << ' ' << row.dimension;
  }
}

}  // namespace
}  // namespace tsugi::evolve
