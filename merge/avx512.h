// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Kernels written for AVX-512, where GCC makes less of the plain loop than memory could feed. Each stands
// beside a way that runs anywhere and gives the same bits, which its test compares.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define TSUGI_HAS_AVX512 1
// GCC 12 takes the intrinsics' undefined operands for a mistake (GCC bug 105593).
#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#ifndef __clang__
#pragma GCC diagnostic pop
#endif

// Before a function that is called only where can_use_avx512().
#define TSUGI_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2,popcnt")))
#define TSUGI_AVX512_INLINE TSUGI_AVX512 __attribute__((always_inline)) inline
#else
#define TSUGI_HAS_AVX512 0
#endif

namespace tsugi::merge {

/// Whether this processor runs what TSUGI_AVX512 marks.
inline bool can_use_avx512() {
#if TSUGI_HAS_AVX512
  static const bool can = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return can;
#else
  return false;
#endif
}

}  // namespace tsugi::merge
