// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Several models' task vectors made one and put onto the base: out = b + lambda mix, in one go over a tile.
#pragma once

#include <span>

namespace tsugi::merge::steps {

/// A model's task vector in a tile, v = factor delta, and its weight in a divisor.
struct Vote {
  std::span<const float> delta;
  float factor = 1;
  float weight = 1;
};

/// What a mix is put onto.
struct Onto {
  std::span<const float> base;
  float lambda = 1;
};

/// mix = sum_i v_i / divisor, added in order.
void mix_all(std::span<const Vote> votes, float divisor, const Onto& onto, std::span<float> out);

/// Sign consensus (TIES, arXiv 2306.01708, section 4.2): at each element the sign of sum_i v_i wins (0 counts
/// as positive) and only v_i of that sign are added, in order; elements of 0 neither vote nor count.
/// `normalize`: divided by the sum of their weights, where its magnitude is 1e-8 or more.
void mix_elected(std::span<const Vote> votes, bool normalize, const Onto& onto, std::span<float> out);

}  // namespace tsugi::merge::steps
