// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Fitness as a share of limited resources: every item feeds those that answer it, and what many answer feeds
// each of them less ("Competition and Attraction Improve Model Fusion", M2N2, arXiv 2508.16204).
#pragma once

#include <vector>

namespace tsugi::evolve {

/// [member][item], none negative.
using ItemScores = std::vector<std::vector<double>>;

/// Scores with each item's worst taken off where any score is negative.
ItemScores without_negatives(ItemScores scores);

/// f_i = sum_j s_ij c_j / (z_j^alpha + eps), with z_j = sum_k s_kj and the capacity c_j the best score of
/// item j. `alpha` is the strength of competition.
std::vector<double> shared_fitness(const ItemScores& scores, double alpha);

/// What member b has and `a` lacks, by item in shares of what it feeds: sum_j c_j / (z_j + eps) max(s_bj -
/// s_aj, 0).
std::vector<double> attraction(const ItemScores& scores, std::size_t a);

}  // namespace tsugi::evolve
