// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sixteen elements in a register, masks of a bit each.
#include "merge/kernels/kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
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

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#define TSUGI_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2,popcnt")))
#define TSUGI_INLINE TSUGI_TARGET __attribute__((always_inline)) inline

namespace tsugi::merge::kernels {
namespace {

bool cpu_supported() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}

using Reals = __m512;
using Words = __m512i;
using Mask = __mmask16;
using Bits = std::uint16_t;  // of a Mask

constexpr std::size_t kLanes = 16;

#include "merge/kernels/body/elements.inc"

#include "merge/kernels/body/avx512_lanes.inc"

#include "merge/kernels/body/loops.inc"

}  // namespace

constinit const Kernels kAvx512 = table_of_loops("AVX-512");

}  // namespace tsugi::merge::kernels
#endif
