// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `race:` of a search file: candidates that are surely not among the best answer no further items.
#pragma once

#include <optional>

#include "recipes/error.h"

namespace tsugi::recipes {

class YamlMapping;

/// What is not set follows from the search (evolve/race.h).
struct RaceSpec {
  std::optional<int> first{};  ///< items that every candidate answers
  std::optional<int> block{};  ///< further items between two looks
  double error = 0.2;          ///< expected number of wrong decisions in a generation, all looks together
  Mark mark{};
};

/// Nothing without the key or with `race: false`. Throws InputError.
std::optional<RaceSpec> read_race(const YamlMapping& search);

}  // namespace tsugi::recipes
