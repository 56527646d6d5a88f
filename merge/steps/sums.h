// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums over one tile, in f64. Eight running sums, one for each element index modulo 8, fill the widest vector
// there is; they are added as ((0+4)+(2+6))+((1+5)+(3+7)), then the elements past the last multiple of 8 in
// order. The order is part of the result: the same bits on every instruction set and for any number of
// threads.
#pragma once

#include <span>

namespace tsugi::merge::steps {

/// sum of x y. Each product is exact: two f32 significands fit into one of f64.
double dot(std::span<const float> x, std::span<const float> y);
/// sum of |x|
double l1(std::span<const float> x);

}  // namespace tsugi::merge::steps
