// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CMA-ES whose generations are ranked by a model that is checked on as few true evaluations as it takes
// (Hansen, GECCO 2019; pycma 4's fmin_lq_surr2). Coordinates are unbounded.
#pragma once

#include <cstdint>

#include "evolve/optimizers/cma/full.h"
#include "evolve/optimizers/surrogate/lq_model.h"
#include "evolve/stagnation.h"

namespace tsugi::evolve {

class LqRun {
 public:
  LqRun(std::span<const double> start, double sigma, std::optional<std::size_t> population,
        double most_deviation, std::uint64_t seed);

  /// The next points to evaluate: part of a generation.
  std::vector<Point> wanted() const;

  /// Their trials. Ends the generation when the model ranks as the trials do, or none is left.
  void tell(std::span<const Trial> trials);

  const std::vector<double>& mean() const { return state_.mean; }
  std::optional<std::string> stopped() const;

 private:
  void begin_generation();
  void want_more();
  void end_generation();
  bool model_is_trusted() const;
  std::vector<double> ranking_values() const;
  void inject_best_of_model();

  CmaParameters parameters_;
  CmaState state_;
  double first_sigma_;
  double most_deviation_;
  std::uint64_t seed_;
  LqModel model_;
  FitnessHistory history_;
  std::vector<Point> sampled_;                 ///< the generation
  std::vector<std::optional<double>> costs_;   ///< [sampled]; infinite after a failure
  std::size_t evaluated_ = 0;                  ///< of the generation
  std::size_t target_ = 0;                     ///< how many are to be evaluated before the next check
  std::vector<std::size_t> wanted_;            ///< places in the generation
  std::optional<std::vector<double>> toward_;  ///< what is injected into the next generation, from the mean
};

}  // namespace tsugi::evolve
