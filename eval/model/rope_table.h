// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sines and cosines of rotary position embedding, computed once for all positions of a call.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "eval/model/rope.h"

namespace tsugi::eval {

/// Immutable. Angles are rounded to f32 where the reference rounds them (at position 8,000 that is worth 2e-4
/// of an angle); sine and cosine are computed in double.
class RopeTable {
 public:
  RopeTable(const Rope& rope, std::size_t positions);

  std::size_t rotary() const { return 2 * half_; }
  /// [rotary / 2]; `far` as Rope::is_far() says of the sequence.
  const float* cosine(std::size_t position, bool far = false) const {
    return side(far).cosine.data() + position * half_;
  }
  const float* sine(std::size_t position, bool far = false) const {
    return side(far).sine.data() + position * half_;
  }

 private:
  struct Angles {
    std::vector<float> cosine;
    std::vector<float> sine;
  };
  const Angles& side(bool far) const { return far ? far_ : near_; }

  std::size_t half_;
  Angles near_;
  Angles far_;
};

/// One for each of a model's ropes.
std::vector<RopeTable> rope_tables(std::span<const Rope> ropes, std::size_t positions);

}  // namespace tsugi::eval
