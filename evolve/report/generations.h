// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A search by generations: what its candidates scored on the search side, and what that took.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "evolve/report/run_reader.h"

namespace tsugi::evolve {

/// Scores are fitness on the search side; none where every candidate failed.
struct GenerationFigures {
  std::size_t generation = 0;
  std::size_t candidates = 0;
  std::size_t failures = 0;
  std::optional<double> best;          ///< of this generation
  std::optional<double> mean;          ///< of those that did not fail
  std::optional<double> low_quartile;  ///< half of those that did not fail lie between the two quartiles
  std::optional<double> high_quartile;
  std::optional<double> best_so_far;
  /// Of `best_so_far`, from the spread of its items: sqrt of the sum over tasks of weight² variance / n.
  std::optional<double> best_so_far_error;
  double merge_seconds = 0;
  double score_seconds = 0;
  double bookkeeping_seconds = 0;  ///< 0 where it is not known
};

/// In order; generation 0 holds parents, baselines and the start. The final mean of the search, which is
/// proposed behind the last generation, is in none.
std::vector<GenerationFigures> generations_of(const Run& run);

/// sqrt of the sum over tasks of weight² variance / n, over the search items that the candidate was asked;
/// none where fitness is a likelihood, of which a run keeps the mean alone.
std::optional<double> fitness_error(const Run& run, const Record& record);

/// "71.8" for a score of 0.718, "-1.2345" for a log-likelihood, "–" for none.
std::string fitness_text(const Run& run, std::optional<double> fitness);

}  // namespace tsugi::evolve
