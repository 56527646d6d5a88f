// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// 16 lanes as two registers of AVX2.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "eval/model/kernels/kernels.h"

#define TSUGI_TARGET __attribute__((target("avx2,fma")))
#define TSUGI_INLINE TSUGI_TARGET inline __attribute__((always_inline))

namespace tsugi::eval::kernels {
namespace {

// 6 rows of one panel are 12 accumulators; with the panel's 2 registers and one broadcast that is 15 of 16.
constexpr std::size_t kTileRows = 6;
constexpr std::size_t kAccumulators = 6;  // in Lanes

struct Lanes {
  __m256 a, b;
};

TSUGI_INLINE Lanes load(const float* p) {
  return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
TSUGI_INLINE void store(float* p, Lanes x) {
  _mm256_storeu_ps(p, x.a);
  _mm256_storeu_ps(p + 8, x.b);
}
TSUGI_INLINE Lanes broadcast(float x) {
  return {_mm256_set1_ps(x), _mm256_set1_ps(x)};
}
TSUGI_INLINE Lanes operator+(Lanes x, Lanes y) {
  return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
}
TSUGI_INLINE Lanes operator-(Lanes x, Lanes y) {
  return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}
TSUGI_INLINE Lanes operator*(Lanes x, Lanes y) {
  return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}
TSUGI_INLINE Lanes operator/(Lanes x, Lanes y) {
  return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)};
}
TSUGI_INLINE Lanes fma(Lanes x, Lanes y, Lanes z) {
  return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
// x where it is the larger; y otherwise, also when x is NaN.
TSUGI_INLINE Lanes maximum(Lanes x, Lanes y) {
  return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)};
}
TSUGI_INLINE __m256 select_less(__m256 x, __m256 y, __m256 yes, __m256 no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(x, y, _CMP_LT_OQ));
}
TSUGI_INLINE Lanes select_less(Lanes x, Lanes y, Lanes yes, Lanes no) {
  return {select_less(x.a, y.a, yes.a, no.a), select_less(x.b, y.b, yes.b, no.b)};
}
TSUGI_INLINE __m256 power_of_two(__m256 x) {
  const __m256i biased = _mm256_add_epi32(_mm256_castps_si256(x), _mm256_set1_epi32(126));
  return _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23));
}
// 2^(n - 1) for an integer n that stands in the lowest bits of x's pattern.
TSUGI_INLINE Lanes power_of_two(Lanes x) {
  return {power_of_two(x.a), power_of_two(x.b)};
}
// Pairs of bf16 to two f32: the low half moves up, the high half is masked out.
TSUGI_INLINE void widen_pairs(const std::uint16_t* p, Lanes& even, Lanes& odd) {
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 16));
  const __m256i high = _mm256_set1_epi32(static_cast<int>(0xFFFF0000U));
  even = {_mm256_castsi256_ps(_mm256_slli_epi32(a, 16)), _mm256_castsi256_ps(_mm256_slli_epi32(b, 16))};
  odd = {_mm256_castsi256_ps(_mm256_and_si256(a, high)), _mm256_castsi256_ps(_mm256_and_si256(b, high))};
}

#include "eval/model/kernels/body/avx_folds.inc"

TSUGI_INLINE float sum(Lanes x) {
  return sum_of_eight(_mm256_add_ps(x.a, x.b));
}
TSUGI_INLINE float largest_lane(Lanes x) {
  return largest_of_eight(_mm256_max_ps(x.a, x.b));
}

bool cpu_supported() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

#include "eval/model/kernels/body/lanes.inc"

#include "eval/model/kernels/body/avx2_interleave.inc"
#include "eval/model/kernels/body/matrix.inc"

constexpr Fetching kFetching;
#include "eval/model/kernels/body/attention.inc"
#include "eval/model/kernels/body/attention_lanes.inc"
#include "eval/model/kernels/body/vector.inc"

}  // namespace

const Kernels kAvx2 = {"AVX2",      cpu_supported, multiply_f32, multiply_bf16, attend, rms_norm,
                       layer_norm,  activate,      rotate,       scale,         add,    cap,
                       exponential, largest,       log_sum_exp,  interleave};

}  // namespace tsugi::eval::kernels
