// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the two ways of rank_mask.h and stored_rank_mask.h have in common: how a draw is decided by a bracket
// of a rank, and exactly.
#pragma once

#include <cstddef>
#include <cstdint>

#include "merge/steps/random_mask.h"
#include "merge/steps/rank_mask.h"

namespace tsugi::merge::steps {

inline constexpr std::size_t kShortestRow = 128;  ///< shorter ones are sorted

inline constexpr std::size_t kMostBins = 1024;  ///< their counts are 4 KB

/// Rows with more undecided draws have many equal elements, or outliers that push the rest into a few bins.
inline constexpr std::size_t kMostUndecided = 64;

/// The rank that a draw asks for, `factor draw + offset`, give or take `slack`: an element is kept if its own
/// is larger.
struct Asked {
  float factor;
  float offset;
  float slack;

  // Three roundings of f32, each by at most 2^-24 of what the two terms can be, which is (1 + least) / step;
  // twice that, as ranks up to 2^24 are rounded too.
  explicit Asked(const RankedDraws& draws)
      : factor(static_cast<float>(1 / (kDraws * draws.step))),
        offset(static_cast<float>(-draws.least / draws.step)),
        slack(static_cast<float>(8 * 0x1p-24 * (1 + draws.least) / draws.step)) {}
};

inline bool is_kept(const RankedDraws& draws, std::size_t place, std::size_t rank) {
  const double probability = draws.least + static_cast<double>(rank) * draws.step;
  return draw(draws.key, draws.first + place * draws.stride) < probability * kDraws;
}

}  // namespace tsugi::merge::steps
