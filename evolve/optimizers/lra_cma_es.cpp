// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CMA-ES that slows down where its selections are noise, instead of asking for a larger population.
#include <limits>

#include "evolve/optimizers/cma/learning_rates.h"
#include "evolve/optimizers/cma/runs.h"

namespace tsugi::evolve {
namespace {

class DampedStrategy {
 public:
  DampedStrategy(std::span<const double> start, double sigma, std::optional<std::size_t> population)
      : parameters_(cma_parameters(start.size(), population)),
        state_(cma_start(start, sigma)),
        first_sigma_(sigma) {
    parameters_.lazy_gap = std::numeric_limits<double>::infinity();  // damping takes the axes itself
  }

  std::size_t population() const { return parameters_.population; }
  const std::vector<double>& mean() const { return state_.mean; }
  std::vector<Point> sample(std::uint64_t seed) const { return cma_sample(parameters_, state_, seed); }

  void update(std::span<const Point> points, std::span<const std::size_t> order) {
    const CmaState before = state_;
    cma_update(parameters_, state_, points, order);
    damp_iteration(before, state_, rates_);
    cma_cap(state_, kMostDeviation);
  }

  std::optional<std::string> stopped() const { return cma_stopped(parameters_, state_, first_sigma_); }

 private:
  CmaParameters parameters_;
  CmaState state_;
  LearningRates rates_;
  double first_sigma_;
};

std::unique_ptr<Optimizer> start(const OptimizerSetup& setup) {
  auto settings = cube_settings<DampedStrategy>(setup);
  settings.make = [](const std::vector<double>& from, double sigma, std::optional<std::size_t> population) {
    return DampedStrategy(from, sigma, population);
  };
  return std::make_unique<CmaOptimizer<DampedStrategy>>("lra_cma_es", std::move(settings),
                                                        given_population(setup));
}

}  // namespace

OptimizerKind optimizer_lra_cma_es() {
  return {.name = "lra_cma_es",
          .title = "CMA-ES with learning rates that follow the noise",
          .source = "Nomura, Akimoto and Ono, GECCO 2023, arXiv 2304.03473",
          .use = "for noisy or rugged fitness with thousands of evaluations",
          .leading = kLeading,
          .options = {sigma_option(), cma_population_option()},
          .start = start};
}

}  // namespace tsugi::evolve
