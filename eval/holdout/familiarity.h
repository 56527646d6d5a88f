// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether a model seems to have read some texts before: Min-K % of its log-probabilities.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tsugi::eval {

/// Mean of the lowest `share` of a text's log-probabilities, at least one (Min-K % Prob; Shi et al.,
/// Detecting pretraining data from large language models, arXiv 2310.16789, equation 1; 20 % as there). A
/// text that was read often has no token that surprises. Throws Error for no values.
double min_k(std::span<const double> log_probabilities, double share = 0.2);

/// One source model's Min-K % on the questions of a run.
struct Familiarity {
  std::string model;
  std::vector<double> test;      ///< [sealed item]
  std::vector<double> searched;  ///< [search item]
};

/// What one model's values say beside the others'.
struct FamiliarityNote {
  std::string model;
  double test = 0;  ///< means
  double searched = 0;
  /// How many standard errors the sealed questions are more familiar than the search questions, each value
  /// taken less the mean of the other models' on that question: the split is random, so that a model that
  /// read neither or both has values near 0.
  double ahead = 0;
  double by_heart = 0;  ///< share of sealed questions whose least likely fifth has p > 1/2 on average
  bool suspicious = false;
  std::string text;  ///< a sentence where suspicious, or ""
};

/// Suspicious is a model that is ahead by three standard errors, or has questions by heart that the model
/// with the fewest has not, beyond chance at 0.001 (McNemar). The measure is weak (AUC about 0.7 in the
/// paper) and says nothing of a single item.
std::vector<FamiliarityNote> compare_familiarity(std::span<const Familiarity> models);

}  // namespace tsugi::eval
