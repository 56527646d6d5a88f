// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The running sums of sums.h: sixteen in f64, one for each element index modulo 16.
//
// Vectors of the language: GCC turns them into whatever registers the instruction set has, without changing
// the order of a sum, where of a loop over an array of running sums it makes loads and stores.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tsugi::merge::steps {

inline constexpr std::size_t kHalf = 8;
using Floats [[gnu::vector_size(kHalf * sizeof(float))]] = float;
using Doubles [[gnu::vector_size(kHalf * sizeof(double))]] = double;

inline constexpr std::size_t kLanes = 2 * kHalf;

struct Sum {
  Doubles low = {};
  Doubles high = {};

  double folded() const {
    const Doubles lane = low + high;
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
  }
};

/// Sixteen elements of a vector, or of its difference from a base.
struct Lanes {
  Doubles low;
  Doubles high;
};

[[gnu::always_inline]] inline void add_product(const Lanes& x, const Lanes& y, Sum& sum) {
  sum.low += x.low * y.low;
  sum.high += x.high * y.high;
}

/// A value of bf16.
inline float widened(const std::byte* stored) {
  std::uint16_t half = 0;
  std::memcpy(&half, stored, sizeof(half));
  return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16);
}

/// Exact: two f32 significands fit into one of f64.
inline double product(float x, float y) {
  return static_cast<double>(x) * static_cast<double>(y);
}

}  // namespace tsugi::merge::steps
