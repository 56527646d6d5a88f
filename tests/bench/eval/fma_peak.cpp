// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/eval/fma_peak.h"

#include <immintrin.h>
#include <time.h>

#include <algorithm>
#include <cstddef>

#include "eval/model/kernels/kernels.h"

// GCC 12's own header starts "undefined" registers from themselves and is warned for it when inlined.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace tsugi::bench {
namespace {

constexpr std::size_t kChains =
    12;  // more than latency (4 or 5 cycles) times 2 units, and all fit into 16 registers
constexpr std::size_t kSteps = 2'000'000;

__attribute__((target("avx512f"), noinline)) float chain_avx512() {
  __m512 sums[kChains];
  for (__m512& sum : sums) sum = _mm512_set1_ps(1.0F);
  const __m512 factor = _mm512_set1_ps(0.999F);
  for (std::size_t i = 0; i < kSteps; ++i) {
#pragma GCC unroll 12
    for (std::size_t c = 0; c < kChains; ++c) sums[c] = _mm512_fmadd_ps(sums[c], factor, factor);
  }
  for (std::size_t c = 1; c < kChains; ++c) sums[0] = _mm512_add_ps(sums[0], sums[c]);
  return _mm512_cvtss_f32(sums[0]);
}

__attribute__((target("avx2,fma"), noinline)) float chain_avx2() {
  __m256 sums[kChains];
  for (__m256& sum : sums) sum = _mm256_set1_ps(1.0F);
  const __m256 factor = _mm256_set1_ps(0.999F);
  for (std::size_t i = 0; i < kSteps; ++i) {
#pragma GCC unroll 12
    for (std::size_t c = 0; c < kChains; ++c) sums[c] = _mm256_fmadd_ps(sums[c], factor, factor);
  }
  for (std::size_t c = 1; c < kChains; ++c) sums[0] = _mm256_add_ps(sums[0], sums[c]);
  return _mm256_cvtss_f32(sums[0]);
}

__attribute__((noinline)) float chain_portable() {
  __m128 sums[kChains];
  for (__m128& sum : sums) sum = _mm_set1_ps(1.0F);
  const __m128 factor = _mm_set1_ps(0.999F);
  for (std::size_t i = 0; i < kSteps; ++i) {
#pragma GCC unroll 12
    for (std::size_t c = 0; c < kChains; ++c) sums[c] = _mm_add_ps(_mm_mul_ps(sums[c], factor), factor);
  }
  for (std::size_t c = 1; c < kChains; ++c) sums[0] = _mm_add_ps(sums[0], sums[c]);
  return _mm_cvtss_f32(sums[0]);
}

}  // namespace

double seconds() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double fma_peak() {
  const eval::kernels::Kernels* kernels = &eval::kernels::active();
  const bool wide = kernels == &eval::kernels::kAvx512;
  const bool middle = kernels == &eval::kernels::kAvx2;
  const double lanes = wide ? 16 : middle ? 8 : 4;
  volatile float kept = 0;
  double best = 0;
  for (int i = 0; i < 10; ++i) {
    const double start = seconds();
    kept = wide ? chain_avx512() : middle ? chain_avx2() : chain_portable();
    best = std::max(best, 2 * lanes * kChains * kSteps / (seconds() - start));
  }
  static_cast<void>(kept);
  return best;
}

}  // namespace tsugi::bench
