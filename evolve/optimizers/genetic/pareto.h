// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Order among points with several objectives, larger being better: dominance, fronts, crowding (Deb et al.,
// "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE TEVC 6, 2002).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tsugi::evolve {

/// Whether a is no worse in any objective and better in one. A failed trial has no objectives, and everything
/// that did not fail dominates it.
bool dominates(std::span<const double> a, std::span<const double> b);

/// Fronts from the best to the worst; positions ascend within each.
std::vector<std::vector<std::size_t>> fronts_of(std::span<const std::vector<double>> objectives);

/// How far the neighbours of each member of a front are, summed over objectives in shares of the front's
/// range; infinite at the ends. An objective in which all are equal counts nothing.
std::vector<double> crowding_of(std::span<const std::vector<double>> objectives,
                                std::span<const std::size_t> front);

}  // namespace tsugi::evolve
