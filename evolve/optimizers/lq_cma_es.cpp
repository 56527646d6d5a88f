// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CMA-ES with a linear-quadratic model of the fitness.
#include "evolve/box.h"
#include "evolve/optimizers/cma/runs.h"
#include "evolve/optimizers/surrogate/lq_run.h"

namespace tsugi::evolve {
namespace {

// The full model has n (n + 3) / 2 + 1 terms, and a fit takes the third power of that: seconds at 60 genes.
constexpr std::size_t kMostGenes = 60;

class LqCmaEs : public Optimizer {
 public:
  explicit LqCmaEs(const OptimizerSetup& setup)
      : run_(out_of_box(setup.start), setup.value("sigma"), given_population(setup), kMostDeviation,
             setup.seed) {}

  std::vector<Point> ask() const override {
    std::vector<Point> points = run_.wanted();
    for (Point& point : points) point = into_box(point);
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    require_trials("lq_cma_es", trials.size(), run_.wanted().size());
    run_.tell(trials);
  }

  std::optional<Point> mean() const override { return into_box(run_.mean()); }
  std::optional<std::string> stopped() const override { return run_.stopped(); }

 private:
  LqRun run_;
};

}  // namespace

OptimizerKind optimizer_lq_cma_es() {
  return {.name = "lq_cma_es",
          .title = "CMA-ES with a linear-quadratic model that saves evaluations",
          .source = "Hansen, GECCO 2019; settings of pycma 4",
          .use = "for a smooth fitness, up to about 40 genes",
          .most_genes = kMostGenes,
          .options = {sigma_option(), cma_population_option()},
          .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
            return std::make_unique<LqCmaEs>(setup);
          }};
}

}  // namespace tsugi::evolve
