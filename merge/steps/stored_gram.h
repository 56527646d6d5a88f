// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrix of gram(), straight from 16 bits: one go over memory, in which loading and adding overlap.
// Products, and the first eight of them in a row, are in f32: see kGroup. The same bits on every processor.
#pragma once

#include <cstddef>
#include <span>

#include "recipes/dtype.h"

namespace tsugi::merge::steps {

/// Of more vectors the matrix is made from f32, pair by pair: a core has no registers for more sums at once.
inline constexpr std::size_t kMostStoredVectors = 3;

/// Vectors as they lie in files of one type, BF16 or F16.
struct StoredVectors {
  DType type;
  std::span<const std::byte* const> vectors;  ///< at most kMostStoredVectors
  const std::byte* base = nullptr;            ///< taken off each, unless null
  std::size_t size;                           ///< values of each
};

/// False, and `out` is of no use, where a value is not finite or the values of a vector are so large or so
/// small that f32 does not hold their squares. Elsewhere dots are off by less than 5e-7 of the two norms'
/// product.
bool gram_stored(const StoredVectors& of, std::span<double> out);

}  // namespace tsugi::merge::steps
