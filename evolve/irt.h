// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Item response theory: what a candidate's answers to few items say about all of them.
//
// The model is the multidimensional 2PL: P(item i right | ability g) = sigmoid(a_i . g - b_i). Estimators are
// those of Polo et al., tinyBenchmarks (ICML 2024, arXiv 2402.14992) and Mencattini et al., MERGE3 (ICML
// 2025, arXiv 2502.10436). Answers are scores from 0 to 1; those between count as a right answer by their
// value.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tsugi::evolve {

using Responses = std::vector<std::vector<double>>;  ///< [respondent][item]

struct IrtModel {
  std::size_t dimensions = 1;
  std::vector<std::vector<double>> slopes;  ///< [item][dimension], a
  std::vector<double> difficulties;         ///< [item], b
  Responses abilities;  ///< [respondent][dimension], g of those that the model was fitted on

  /// P(right). `ability` is [dimension].
  double probability(std::size_t item, std::span<const double> ability) const;
};

/// The maximum of the joint posterior with priors g ~ N(0, I), a ~ N(0, I), b ~ N(0, 2^2), near the start
/// that the principal components of the answers give, by turns of Newton's method over items and respondents.
/// Deterministic. Throws Error without respondents or items, when rows differ in length, and for answers
/// outside [0, 1].
IrtModel fit_irt(const Responses& responses, std::size_t dimensions);

/// The ability of one who answered `items` so: the maximum of likelihood times the prior, without which all
/// right answers mean an infinite one.
std::vector<double> ability_of(const IrtModel& model, std::span<const std::size_t> items,
                               std::span<const double> answers);

/// Items that stand for others.
struct Anchors {
  std::vector<std::size_t> items;  ///< ascending, distinct
  std::vector<double> weights;     ///< share of all items that each stands for; they add up to 1
};

/// k-means in (a, b) over the items `among` (ascending), from the item nearest to their mean and then always
/// the one farthest from those taken; each cluster's anchor is the item nearest to its centre. At most
/// `number`: clusters that run empty are left out.
Anchors choose_anchors(const IrtModel& model, std::span<const std::size_t> among, std::size_t number);

/// The mean over `among`: the anchors' own answers, and for the others P(right) at the ability that those
/// show (p-IRT).
double p_irt(const IrtModel& model, std::span<const std::size_t> among, const Anchors& anchors,
             std::span<const double> answers);

/// The same with the ability sum_j l_j g_j of the parents' abilities g_j; the l are fitted to the answers,
/// with the prior N(1/J, 1) of each, without which more parents than dimensions leave them open (mp-IRT).
/// Throws Error without parents.
double mp_irt(const IrtModel& model, std::span<const std::size_t> among, const Anchors& anchors,
              std::span<const double> answers, const Responses& parents);

/// sum of weight times answer.
double anchor_mean(const Anchors& anchors, std::span<const double> answers);

/// The share c of the anchors' mean in c anchor_mean + (1 - c) p-IRT: b^2 / (v / (4 n) + b^2) for p-IRT's
/// mean error b, the answers' variance v and n anchors.
double anchor_share(double bias, double variance, std::size_t anchors);

}  // namespace tsugi::evolve
