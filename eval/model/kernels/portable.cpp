// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// 16 lanes as four vectors of four, which every 64-bit CPU has registers for. Products and sums are rounded
// one by one.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "eval/model/kernels/kernels.h"

#define TSUGI_TARGET
#define TSUGI_INLINE inline __attribute__((always_inline))

namespace tsugi::eval::kernels {
namespace {

// 2 rows of one panel are 8 accumulators; with the panel's 4 registers, broadcast and product that is 14 of
// SSE's 16.
constexpr std::size_t kTileRows = 2;
constexpr std::size_t kAccumulators = 2;  // in Lanes

using Four = float __attribute__((vector_size(16)));

struct Lanes {
  Four a, b, c, d;
};

TSUGI_INLINE Four load_four(const float* p) {
  Four x;
  std::memcpy(&x, p, sizeof(x));
  return x;
}
TSUGI_INLINE void store_four(float* p, Four x) {
  std::memcpy(p, &x, sizeof(x));
}
TSUGI_INLINE Lanes load(const float* p) {
  return {load_four(p), load_four(p + 4), load_four(p + 8), load_four(p + 12)};
}
TSUGI_INLINE void store(float* p, Lanes x) {
  store_four(p, x.a);
  store_four(p + 4, x.b);
  store_four(p + 8, x.c);
  store_four(p + 12, x.d);
}
TSUGI_INLINE Lanes broadcast(float x) {
  const Four four = {x, x, x, x};
  return {four, four, four, four};
}
TSUGI_INLINE Lanes operator+(Lanes x, Lanes y) {
  return {x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d};
}
TSUGI_INLINE Lanes operator-(Lanes x, Lanes y) {
  return {x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d};
}
TSUGI_INLINE Lanes operator*(Lanes x, Lanes y) {
  return {x.a * y.a, x.b * y.b, x.c * y.c, x.d * y.d};
}
TSUGI_INLINE Lanes operator/(Lanes x, Lanes y) {
  return {x.a / y.a, x.b / y.b, x.c / y.c, x.d / y.d};
}
TSUGI_INLINE Lanes fma(Lanes x, Lanes y, Lanes z) {
  return x * y + z;
}
// x where it is the larger; y otherwise, also when x is NaN.
TSUGI_INLINE Lanes maximum(Lanes x, Lanes y) {
  return {x.a > y.a ? x.a : y.a, x.b > y.b ? x.b : y.b, x.c > y.c ? x.c : y.c, x.d > y.d ? x.d : y.d};
}
TSUGI_INLINE Lanes select_less(Lanes x, Lanes y, Lanes yes, Lanes no) {
  return {x.a < y.a ? yes.a : no.a, x.b < y.b ? yes.b : no.b, x.c < y.c ? yes.c : no.c,
          x.d < y.d ? yes.d : no.d};
}
TSUGI_INLINE Four power_of_two(Four x) {
  // Unsigned arithmetic in the lanes: bits above the exponent are meant to fall off.
  using FourWords = std::uint32_t __attribute__((vector_size(16)));
  return std::bit_cast<Four>((std::bit_cast<FourWords>(x) + 126U) << 23U);
}
// 2^(n - 1) for an integer n that stands in the lowest bits of x's pattern.
TSUGI_INLINE Lanes power_of_two(Lanes x) {
  return {power_of_two(x.a), power_of_two(x.b), power_of_two(x.c), power_of_two(x.d)};
}
TSUGI_INLINE void widen_four(const std::uint16_t* p, Four& even, Four& odd) {
  using FourWords = std::uint32_t __attribute__((vector_size(16)));
  FourWords pairs;
  std::memcpy(&pairs, p, sizeof(pairs));
  even = std::bit_cast<Four>(pairs << 16U);
  odd = std::bit_cast<Four>(pairs & 0xFFFF0000U);
}
// Pairs of bf16 to two f32: the low half moves up, the high half is masked out.
TSUGI_INLINE void widen_pairs(const std::uint16_t* p, Lanes& even, Lanes& odd) {
  widen_four(p, even.a, odd.a);
  widen_four(p + 8, even.b, odd.b);
  widen_four(p + 16, even.c, odd.c);
  widen_four(p + 24, even.d, odd.d);
}

bool cpu_supported() {
  return true;
}

#include "eval/model/kernels/body/folds.inc"
#include "eval/model/kernels/body/lanes.inc"

#include "eval/model/kernels/body/interleave.inc"
#include "eval/model/kernels/body/matrix.inc"

constexpr Fetching kFetching;
#include "eval/model/kernels/body/attention.inc"
#include "eval/model/kernels/body/attention_lanes.inc"
#include "eval/model/kernels/body/vector.inc"

}  // namespace

const Kernels kPortable = {"portable",  cpu_supported, multiply_f32, multiply_bf16, attend, rms_norm,
                           layer_norm,  activate,      rotate,       scale,         add,    cap,
                           exponential, largest,       log_sum_exp,  interleave};

}  // namespace tsugi::eval::kernels
