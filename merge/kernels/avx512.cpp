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

#define TSUGI_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,f16c,fma,bmi,bmi2,popcnt")))
#define TSUGI_INLINE TSUGI_TARGET __attribute__((always_inline)) inline

namespace tsugi::merge::kernels {
namespace {

bool cpu_supported() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}

using Reals = __m512;
using Words = __m512i;
using Halves = __m256i;
using Mask = __mmask16;
using Bits = std::uint16_t;  // of a Mask

constexpr std::size_t kLanes = 16;

#include "merge/kernels/body/elements.inc"

#include "merge/kernels/body/avx512_lanes.inc"

#include "merge/kernels/body/f32.inc"

namespace of_bf16 {
#include "merge/kernels/body/avx512_bf16.inc"

#include "merge/kernels/body/loops.inc"
}  // namespace of_bf16

namespace of_f16 {
#include "merge/kernels/body/avx512_f16.inc"

#include "merge/kernels/body/loops.inc"
}  // namespace of_f16

}  // namespace

constinit const InstructionSet kAvx512 = {.name = "AVX-512",
                                          .supported = cpu_supported,
                                          .mark_set = mark_set,
                                          .collect = collect,
                                          .bf16 = of_bf16::kLoops,
                                          .f16 = of_f16::kLoops};

}  // namespace tsugi::merge::kernels
#endif
