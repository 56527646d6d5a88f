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

/// Straight from 16 bits, terms are added in f32 before they go to the sixteen sums: of every 32 elements, a
/// line, lane j takes 2j, then 2j + 1, and the lanes of each kGroup elements (the last ones may be fewer
/// lines) are widened together. Eight terms in a lane are off by at most seven half units of f32 of what they
/// come to, 4.2e-7, and over a tensor most of that cancels out; widening each term to f64 takes a core longer
/// than reading it takes memory.
inline constexpr std::size_t kLine = 32;
inline constexpr std::size_t kGroup = 4 * kLine;

[[gnu::always_inline]] inline void load_floats(const float* x, Floats& out) {
  std::memcpy(&out, x, sizeof(out));
}

[[gnu::always_inline]] inline void add_lanes(const Floats& low, const Floats& high, Sum& sum) {
  sum.low += __builtin_convertvector(low, Doubles);
  sum.high += __builtin_convertvector(high, Doubles);
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
