// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What is scored, and what comes of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "merge/checkpoint/checkpoint.h"
#include "recipes/error.h"
#include "recipes/recipe.h"

namespace tsugi::evolve {

/// What is to be scored: a checkpoint as it is, or else a recipe.
struct Subject {
  std::shared_ptr<const merge::Checkpoint> checkpoint;
  recipes::Recipe recipe;
  /// Merges whose results the recipe names, by their names: made in memory first.
  std::vector<recipes::Recipe> earlier{};
  std::optional<double> time_limit{};  ///< seconds for merging and scoring; longer is a failure
  std::string refused{};               ///< why it is a failure without being tried, or ""
  bool needed = false;  ///< the run cannot do without its scores: a program that fails on it stops the run
};

struct Score {
  std::vector<double> values;  ///< in the order of the asked items; empty after a failure
  std::string failure;         ///< why there are none, or ""
  double merge_seconds = 0;
  double score_seconds = 0;
};

/// A program of the user's failed where a run cannot do without it. Nothing is recorded of it, so that the
/// run can be gone on with when the cause is gone.
class ScorerFailed : public Interrupted {
 public:
  using Interrupted::Interrupted;
};

}  // namespace tsugi::evolve
