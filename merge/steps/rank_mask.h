// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Random masks whose probability grows with the rank of an element's magnitude in its row. Few draws need the
// exact rank: a histogram of the row brackets it, most draws are decided by the bracket, and the others count
// the smaller elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tsugi::merge::steps {

/// Element i of a row is kept where draw(key, first + i stride) < (least + r step) kDraws, with r its rank:
/// how many are smaller in magnitude, or equal and before it. See random_mask.h for draw().
struct RankedDraws {
  std::uint64_t key = 0;
  std::uint64_t first = 0;
  std::uint64_t stride = 1;
  double least = 0;
  double step = 0;  ///< not below 0
};

/// Sets to 0 what is not kept.
void keep_by_rank(std::span<float> row, const RankedDraws& draws);

}  // namespace tsugi::merge::steps
