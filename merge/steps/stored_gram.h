// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrix of gram(), straight from bf16: one go over memory, in which loading and adding overlap. Makes
// the same additions in the same order, so it gives the same bits.
#pragma once

#include <cstddef>
#include <span>

namespace tsugi::merge::steps {

/// Of more vectors the matrix is made from f32, pair by pair: a core has no registers for more sums at once.
inline constexpr std::size_t kMostStoredVectors = 3;

/// The matrix of up to kMostStoredVectors vectors of `n` values as they lie in files of bf16, less `base`
/// unless it is null. A value of the diagonal is infinite or NaN where one of its vector, or of the base, is.
void gram_stored(std::span<const std::byte* const> vectors, const std::byte* base, std::size_t n,
                 std::span<double> out);

}  // namespace tsugi::merge::steps
