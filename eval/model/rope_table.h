// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Angles of rotary position embedding (Su et al. 2021, equation 34), computed once for all positions of a
// call.
#pragma once

#include <cstddef>
#include <vector>

namespace tsugi::eval {

/// Immutable. Pair i of a head turns by position / theta^(2 i / head). Frequency and angle are rounded to f32
/// where the reference rounds them (at position 8,000 that is worth 2e-4 of an angle); sine and cosine are
/// computed in double.
class RopeTable {
 public:
  RopeTable(std::size_t head, double theta, std::size_t positions);

  const float* cosine(std::size_t position) const {
    return cosine_.data() + position * half_;
  }                                                                                          ///< [head / 2]
  const float* sine(std::size_t position) const { return sine_.data() + position * half_; }  ///< [head / 2]

 private:
  std::size_t half_;
  std::vector<float> cosine_;
  std::vector<float> sine_;
};

}  // namespace tsugi::eval
