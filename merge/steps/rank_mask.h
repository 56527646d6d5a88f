// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Random masks whose probability grows with the rank of an element's magnitude in its row, without ranking a
// row. Of the c - 1 other elements, r have a lower rank than one of rank r: drawn as its rival, one of them
// is lower with probability r / (c - 1). So an element is kept with probability
//   p = least + (most - least) r / (c - 1)
// where it is kept with `least`, dropped with 1 - most, and else kept if its rival is lower. Draws and rivals
// of elements are independent of each other, and so are the elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "merge/steps/random_mask.h"

namespace tsugi::merge::steps {

/// A draw from 0, 1, ..., 2^31 - 1: draw(), with seven more of its bits.
inline std::uint32_t rank_draw(std::uint64_t key, std::uint64_t element) {
  return static_cast<std::uint32_t>(draw_bits(key, element) >> 33);
}

/// The draws of which a share of `probability` is below: those whose draw() is below limit_of().
inline std::uint32_t rank_limit_of(double probability) {
  return limit_of(probability) << 7;
}

/// How the elements of one row are drawn: element i by rank_draw(key, first + i stride). It is kept below
/// `least`, dropped from `most` on, else see Rival.
struct RankedDraws {
  std::uint64_t key = 0;
  std::uint64_t first = 0;
  std::uint64_t stride = 1;
  std::uint32_t least = 0;
  std::uint32_t most = 0;     ///< not below least; 2^31 at most
  bool rather_small = false;  ///< kept if its rival is higher instead
};

/// Whom the elements between `least` and `most` of a row of c >= 2 are compared with. How far a draw is above
/// `least` is as random as a new draw: each of the others is as likely, but for less than c / (most - least).
struct Rival {
  std::size_t c;
  double scale;  // to 0, ..., c - 2, however it rounds: a draw is at least 1 in 2^31 short of the end

  Rival(std::size_t length, const RankedDraws& draws)
      : c(length), scale(static_cast<double>(length - 1) / static_cast<double>(draws.most - draws.least)) {}

  std::size_t of(std::size_t place, std::uint32_t above_least) const {
    const std::size_t back = 1 + static_cast<std::size_t>(above_least * scale);
    return place >= back ? place - back : place + c - back;
  }
};

/// Sets to 0 what is not kept. Of equal magnitudes the first ranks lower. Fewer than 2^32 values, none NaN.
void keep_by_rank(std::span<float> row, const RankedDraws& draws);

}  // namespace tsugi::merge::steps
