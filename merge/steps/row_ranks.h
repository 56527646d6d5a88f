// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The place of each value of a vector in the order of their magnitudes.
#pragma once

#include <cstdint>
#include <span>

namespace tsugi::merge::steps {

/// ranks[i]: how many |values| are smaller than |values[i]|, or equal and before it. Both spans have one
/// length, below 2^32. A radix sort: its time grows with the length alone.
void rank_magnitudes(std::span<const float> values, std::span<std::uint32_t> ranks);

}  // namespace tsugi::merge::steps
