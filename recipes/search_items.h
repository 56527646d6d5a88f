// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `items:` of a search file: candidates answer a subset of the search items, and the rest is estimated.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "recipes/error.h"

namespace tsugi::recipes {

class YamlMapping;

/// How the score on all items is estimated from the subset's answers (evolve/irt.h).
enum class Estimator { mean, p_irt, gp_irt, mp_irt, gmp_irt };
inline constexpr std::array<std::string_view, 5> kEstimators = {"mean", "p_irt", "gp_irt", "mp_irt",
                                                                "gmp_irt"};

struct ItemsSpec {
  int subset = 0;  ///< items that a candidate answers
  Estimator estimator = Estimator::gp_irt;
  /// Of abilities and slopes. Of 1, 2, 3 and 5, two estimated best when a search was replayed.
  int dimensions = 2;
  /// Generations after number 0 that answer all items: what the model is fitted on. Three are 36 candidates
  /// of 15 genes beside generation 0.
  int full_generations = 3;
  Mark mark{};
};

/// Nothing without the key. Throws InputError.
std::optional<ItemsSpec> read_items(const YamlMapping& search);

}  // namespace tsugi::recipes
