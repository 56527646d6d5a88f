// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// 16 lanes as one register of AVX-512.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "eval/model/kernels/kernels.h"

// GCC 12's own header starts "undefined" registers from themselves and is warned for it when inlined.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define TSUGI_TARGET __attribute__((target("avx512f")))
#define TSUGI_INLINE TSUGI_TARGET inline __attribute__((always_inline))

namespace tsugi::eval::kernels {
namespace {

// 12 rows of two panels are 24 accumulators; with the panels' 2 registers and the masks of bf16 that is 29
// of 32.
constexpr std::size_t kTileRows = 12;
constexpr std::size_t kAccumulators = 24;  // in Lanes

struct Lanes {
  __m512 a;
};

TSUGI_INLINE Lanes load(const float* p) {
  return {_mm512_loadu_ps(p)};
}
TSUGI_INLINE void store(float* p, Lanes x) {
  _mm512_storeu_ps(p, x.a);
}
TSUGI_INLINE Lanes broadcast(float x) {
  return {_mm512_set1_ps(x)};
}
TSUGI_INLINE Lanes operator+(Lanes x, Lanes y) {
  return {_mm512_add_ps(x.a, y.a)};
}
TSUGI_INLINE Lanes operator-(Lanes x, Lanes y) {
  return {_mm512_sub_ps(x.a, y.a)};
}
TSUGI_INLINE Lanes operator*(Lanes x, Lanes y) {
  return {_mm512_mul_ps(x.a, y.a)};
}
TSUGI_INLINE Lanes operator/(Lanes x, Lanes y) {
  return {_mm512_div_ps(x.a, y.a)};
}
TSUGI_INLINE Lanes fma(Lanes x, Lanes y, Lanes z) {
  return {_mm512_fmadd_ps(x.a, y.a, z.a)};
}
// x where it is the larger; y otherwise, also when x is NaN.
TSUGI_INLINE Lanes maximum(Lanes x, Lanes y) {
  return {_mm512_max_ps(x.a, y.a)};
}
TSUGI_INLINE Lanes select_less(Lanes x, Lanes y, Lanes yes, Lanes no) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(x.a, y.a, _CMP_LT_OQ), no.a, yes.a)};
}
// 2^(n - 1) for an integer n that stands in the lowest bits of x's pattern.
TSUGI_INLINE Lanes power_of_two(Lanes x) {
  const __m512i biased = _mm512_add_epi32(_mm512_castps_si512(x.a), _mm512_set1_epi32(126));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(biased, 23))};
}
// Pairs of bf16 to two f32: the low half moves up, the high half is masked out.
TSUGI_INLINE void widen_pairs(const std::uint16_t* p, Lanes& even, Lanes& odd) {
  const __m512i pairs = _mm512_loadu_si512(p);
  even = {_mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16))};
  odd = {_mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(static_cast<int>(0xFFFF0000U))))};
}

bool cpu_supported() {
  return __builtin_cpu_supports("avx512f") != 0;
}

#include "eval/model/kernels/body/lanes.inc"

#include "eval/model/kernels/body/attention.inc"
#include "eval/model/kernels/body/matrix.inc"
#include "eval/model/kernels/body/vector.inc"

}  // namespace

const Kernels kAvx512 = {"AVX-512", cpu_supported, multiply_f32, multiply_bf16, attend,
                         rms_norm,  layer_norm,    activate,     rotate,        scale,
                         add,       cap,           exponential,  largest,       log_sum_exp};

}  // namespace tsugi::eval::kernels
