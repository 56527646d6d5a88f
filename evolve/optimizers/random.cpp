// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Uniform points in the cube.
#include "evolve/random.h"

#include "evolve/optimizers/common_options.h"

namespace tsugi::evolve {
namespace {

class RandomSearch : public Optimizer {
 public:
  explicit RandomSearch(const OptimizerSetup& setup)
      : dimension_(setup.dimension()), population_(*given_population(setup)), seed_(setup.seed) {}

  std::vector<Point> ask() const override {
    std::vector<Point> points(population_, Point(dimension_));
    for (std::size_t k = 0; k < population_; ++k) {
      for (std::size_t i = 0; i < dimension_; ++i) points[k][i] = uniform({seed_, generation_, k, i});
    }
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    require_trials("random", trials.size(), population_);
    ++generation_;
  }

 private:
  std::size_t dimension_;
  std::size_t population_;
  std::uint64_t seed_;
  std::size_t generation_ = 0;
};

}  // namespace

OptimizerKind optimizer_random() {
  return {.name = "random",
          .title = "Uniform random search",
          .source = "Bergstra and Bengio, JMLR 13 (2012)",
          .use = "a baseline that any other has to beat",
          .options = {population_option(16, 1, "candidates scored together")},
          .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
            return std::make_unique<RandomSearch>(setup);
          }};
}

}  // namespace tsugi::evolve
