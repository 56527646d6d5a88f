// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/full.h"
#include "evolve/optimizers/cma/runs.h"

namespace tsugi::evolve {
namespace {

std::unique_ptr<Optimizer> start(const OptimizerSetup& setup) {
  auto settings = cube_settings<FullStrategy>(setup);
  settings.make = [](const std::vector<double>& from, double sigma, std::optional<std::size_t> population) {
    return FullStrategy(from, sigma, population, kMostDeviation);
  };
  return std::make_unique<CmaOptimizer<FullStrategy>>("cma_es", std::move(settings), given_population(setup));
}

}  // namespace

OptimizerKind optimizer_cma_es() {
  return {.name = "cma_es",
          .title = "CMA-ES with active covariance update and restarts",
          .source =
              "Hansen, arXiv 1604.00772; Auger and Hansen, CEC 2005; Hansen, GECCO 2009; defaults of pycma 4",
          .use = "the first choice, up to about 200 genes",
          .leading = kLeading,
          .options = cma_options(),
          .start = start};
}

}  // namespace tsugi::evolve
