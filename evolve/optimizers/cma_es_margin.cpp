// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CMA-ES for genes with few values.
#include "evolve/optimizers/cma/full.h"
#include "evolve/optimizers/cma/margin.h"
#include "evolve/optimizers/cma/runs.h"

namespace tsugi::evolve {
namespace {

class MarginStrategy {
 public:
  MarginStrategy(std::span<const double> start, double sigma, std::optional<std::size_t> population,
                 std::vector<Grid> grids)
      : parameters_(cma_parameters(start.size(), population)),
        state_(cma_start(start, sigma)),
        first_sigma_(sigma),
        grids_(std::move(grids)) {
    amplification_.assign(start.size(), 1);
  }

  std::size_t population() const { return parameters_.population; }
  const std::vector<double>& mean() const { return state_.mean; }
  std::vector<Point> sample(std::uint64_t seed) const { return cma_sample(parameters_, state_, seed); }

  void update(std::span<const Point> points, std::span<const std::size_t> order) {
    cma_update(parameters_, state_, points, order);
    cma_cap(state_, kMostDeviation);
    keep_margin(state_, amplification_, grids_, standard_margin(parameters_));
  }

  std::optional<std::string> stopped() const { return cma_stopped(parameters_, state_, first_sigma_); }

  // Discrete coordinates are values of the cube as they are, continuous ones go through the box.
  Point in_cube(const std::vector<double>& sampled) const {
    Point point = rounded(sampled, state_, amplification_, grids_);
    const Point boxed = into_box(sampled);
    for (std::size_t i = 0; i < point.size(); ++i) {
      if (grids_[i].count == 0) point[i] = boxed[i];
    }
    return point;
  }

 private:
  CmaParameters parameters_;
  CmaState state_;
  double first_sigma_;
  Amplification amplification_;
  std::vector<Grid> grids_;
};

Point in_cube(const MarginStrategy& strategy, const std::vector<double>& sampled) {
  return strategy.in_cube(sampled);
}

std::vector<Grid> grids_of(const OptimizerSetup& setup) {
  std::vector<std::size_t> levels = setup.levels;
  if (levels.empty()) levels.assign(setup.dimension(), static_cast<std::size_t>(setup.value("levels")));
  std::vector<Grid> grids;
  for (const std::size_t count : levels) {
    grids.push_back({.low = 0, .step = count < 2 ? 1 : 1 / static_cast<double>(count - 1), .count = count});
  }
  return grids;
}

std::unique_ptr<Optimizer> start(const OptimizerSetup& setup) {
  auto settings = cube_settings<MarginStrategy>(setup);
  settings.make = [grids = grids_of(setup)](const std::vector<double>& from, double sigma,
                                            std::optional<std::size_t> population) {
    return MarginStrategy(from, sigma, population, grids);
  };
  return std::make_unique<CmaOptimizer<MarginStrategy>>("cma_es_margin", std::move(settings),
                                                        given_population(setup));
}

}  // namespace

OptimizerKind optimizer_cma_es_margin() {
  return {
      .name = "cma_es_margin",
      .title = "CMA-ES with margin, for genes with few values",
      .source = "Hamano et al., GECCO 2022, arXiv 2205.13482",
      .use = "for on-off and stepped genes, and to meet recipes again that were scored before",
      .leading = kLeading,
      .options =
          {sigma_option(),
           cma_population_option(),
           {.name = "levels",
            .standard = 21,  // steps of a twentieth of the range
            .low = 2,
            .high = 1001,
            .whole = true,
            .doc = "evenly spaced values that a gene takes over its range, unless the gene says how many"}},
      .start = start};
}

}  // namespace tsugi::evolve
