// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Two optimizers one after the other: the second goes on from where the first has come to.
#pragma once

#include <cstddef>
#include <memory>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {

struct Finishing {
  std::unique_ptr<Optimizer> first;
  const OptimizerKind* first_kind = nullptr;
  const OptimizerKind* last_kind = nullptr;
  OptimizerSetup last_setup;  ///< its start is where nothing better is known
  std::size_t first_evaluations = 0;
};

/// Asks the first optimizer until it has been told of `first_evaluations` trials (its generation is finished)
/// or stops, then the last one, which starts at the first one's mean or, where it has none, at the best point
/// that it was told of, with numbers of its own from the same seed. Has the mean of the one that is at work.
std::unique_ptr<Optimizer> finish_with(Finishing plan);

}  // namespace tsugi::evolve
