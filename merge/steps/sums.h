// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums over one tile or row, in f64. Sixteen running sums, one for each element index modulo 16, keep the
// adders of a core busy; they are folded by halves (i + 8, then i + 4, ...), then come the elements past the
// last multiple of 16 in order. The order is part of the result: the same bits on every instruction set and
// for any number of threads.
#pragma once

#include <span>

namespace tsugi::merge::steps {

/// sum of x y. Each product is exact: two f32 significands fit into one of f64.
double dot(std::span<const float> x, std::span<const float> y);
/// sum of (x - base)(y - base), the differences rounded to f32.
double dot_of_deltas(std::span<const float> x, std::span<const float> y, std::span<const float> base);

/// What is to be known of two vectors for the angle between them.
struct PairSums {
  double xx = 0;
  double yy = 0;
  double xy = 0;
};
/// The three sums of dot(), in one pass; `base` may be empty, else they are those of dot_of_deltas().
PairSums dots_of_pair(std::span<const float> x, std::span<const float> y, std::span<const float> base = {});

}  // namespace tsugi::merge::steps
