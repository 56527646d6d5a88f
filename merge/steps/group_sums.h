// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums of f32 over one tile that have the bits of those straight from 16 bits: see kGroup.
#pragma once

#include <cstddef>
#include <span>

namespace tsugi::merge::steps {

/// L1 norms of a task vector d = x - base and of what was kept of it; groups of eight are added up in f32
/// first: see kGroup.
struct L1Norms {
  double full = 0;
  double kept = 0;
};
L1Norms l1_norms(std::span<const float> x, std::span<const float> base, std::span<const float> kept);

/// sum of x^2, products and the first eight of them in a row in f32: see kGroup. As dot(x, x) where f32 does
/// not hold the squares.
double squares(std::span<const float> x);
/// Whether f32 held `n` squares that come to `sum`.
bool holds_squares(double sum, std::size_t n);

}  // namespace tsugi::merge::steps
