// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Stop rules that look at fitness alone, for any optimizer with generations.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {

/// What the rules remember. A plain value.
struct FitnessHistory {
  std::size_t generations = 0;
  std::size_t flat_generations = 0;  ///< in a row, up to now
  std::size_t best_generation = 0;   ///< when the best objective so far was first seen, counted from 1
  std::vector<double> best_ever;  ///< objectives of the best trial; empty before the first that did not fail
  std::vector<double> best;       ///< first objective of every fifth generation's best, oldest first
  std::vector<double> median;
  std::vector<double> recent;  ///< first objective of every generation's best
  double spread = 0;           ///< of the first objectives of the last generation; infinite after a failure

  bool operator==(const FitnessHistory&) const = default;
};

/// `order` is rank(trials).
void record_generation(FitnessHistory& history, std::span<const Trial> trials,
                       std::span<const std::size_t> order);

/// pycma's tolflatfitness, tolfun, tolfunhist and tolstagnation (specification, section 6.4). Accuracies move
/// in steps of 1/n, so ties are no sign of convergence: 20 flat generations in a row are tolerated instead of
/// 1, and a history without any change is not one with changes under tolfun.
std::optional<std::string> stagnated(const FitnessHistory& history, std::size_t dimension,
                                     std::size_t population);

}  // namespace tsugi::evolve
