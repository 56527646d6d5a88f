// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/runs.h"
#include "evolve/optimizers/cma/separable.h"

namespace tsugi::evolve {
namespace {

std::unique_ptr<Optimizer> start(const OptimizerSetup& setup) {
  auto settings = cube_settings<SeparableStrategy>(setup);
  settings.make = [](const std::vector<double>& from, double sigma, std::optional<std::size_t> population) {
    return SeparableStrategy(from, sigma, population, kMostDeviation);
  };
  return std::make_unique<CmaOptimizer<SeparableStrategy>>("sep_cma_es", std::move(settings),
                                                           given_population(setup));
}

}  // namespace

OptimizerKind optimizer_sep_cma_es() {
  return {.name = "sep_cma_es",
          .title = "CMA-ES with a diagonal covariance and restarts",
          .source = "Ros and Hansen, PPSN 2008; update of pycma 4's CMA_diagonal",
          .use = "above about 200 genes, or with fewer than 20 evaluations a gene",
          .leading = kLeading,
          .options = cma_options(),
          .start = start};
}

}  // namespace tsugi::evolve
