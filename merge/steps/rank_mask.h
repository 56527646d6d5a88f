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

/// How the elements of one row are drawn: element i by draw_bits(key, first + i stride), the upper 24 bits of
/// which are draw(). It is kept below `least`, dropped from `most` on, else see rival().
struct RankedDraws {
  std::uint64_t key = 0;
  std::uint64_t first = 0;
  std::uint64_t stride = 1;
  std::uint32_t least = 0;
  std::uint32_t most = 0;     ///< not below least; kDraws at most
  bool rather_small = false;  ///< kept if its rival is higher instead
};

/// The element that the one at `place` of a row of c >= 2 is compared with, by the lower half of its bits:
/// each of the others is as likely, but for less than c / 2^32.
inline std::size_t rival(std::uint64_t bits, std::size_t place, std::size_t c) {
  const std::uint64_t back = 1 + ((bits & 0xffffffffu) * (c - 1) >> 32);
  return place >= back ? place - back : place + c - back;
}

/// Sets to 0 what is not kept. Of equal magnitudes the first ranks lower. Fewer than 2^32 values, none NaN.
void keep_by_rank(std::span<float> row, const RankedDraws& draws);

}  // namespace tsugi::merge::steps
