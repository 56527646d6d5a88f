// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Eight elements in a register, masks of a lane each.
#include "merge/kernels/kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#define TSUGI_TARGET __attribute__((target("avx2,fma,bmi,bmi2,popcnt")))
#define TSUGI_INLINE TSUGI_TARGET __attribute__((always_inline)) inline

namespace tsugi::merge::kernels {
namespace {

bool cpu_supported() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
         __builtin_cpu_supports("bmi2") != 0;
}

using Reals = __m256;
using Words = __m256i;
using Mask = __m256i;
using Bits = std::uint8_t;  // of a Mask

constexpr std::size_t kLanes = 8;

#include "merge/kernels/body/elements.inc"

#include "merge/kernels/body/avx2_lanes.inc"

#include "merge/kernels/body/loops.inc"

}  // namespace

constinit const Kernels kAvx2 = table_of_loops("AVX2");

}  // namespace tsugi::merge::kernels
#endif
