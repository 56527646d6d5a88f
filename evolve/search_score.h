// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the best score of a search is worth: it was the best of many on the items that selected it.
#pragma once

#include <optional>

#include "eval/metrics/selection_bias.h"
#include "evolve/archive.h"
#include "evolve/exam.h"

namespace tsugi::evolve {

/// None of it is what is reported of the winner, which is its score on the sealed test.
struct SearchScore {
  std::optional<double> best;      ///< of the candidates below; nothing when there are none
  eval::Corrected bias_corrected;  ///< over all distinct candidates that were scored on every search item
  eval::Corrected
      empirical_bayes;  ///< over the last generation, whose candidates are draws of one distribution
};

/// Of the tasks' metric, whatever the search went by. Candidates are the start and what the optimizer
/// proposed; a recipe counts once. Empirical Bayes is not available when the last generation was not scored
/// whole. Uses the surrounding thread pool.
SearchScore search_score(const Archive& archive, const Exam& exam);

}  // namespace tsugi::evolve
