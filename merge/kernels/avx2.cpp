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

#include "merge/checkpoint/f16.h"

#define TSUGI_TARGET __attribute__((target("avx2,f16c,fma,bmi,bmi2,popcnt")))
#define TSUGI_INLINE TSUGI_TARGET __attribute__((always_inline)) inline

namespace tsugi::merge::kernels {
namespace {

bool cpu_supported() {
  return has_f16c() && __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("bmi2") != 0;
}

using Reals = __m256;
using Words = __m256i;
using Halves = __m128i;
using Mask = __m256i;
using Bits = std::uint8_t;  // of a Mask

constexpr std::size_t kLanes = 8;

#include "merge/kernels/body/elements.inc"

#include "merge/kernels/body/avx2_lanes.inc"

#include "merge/kernels/body/f32.inc"

namespace of_bf16 {
#include "merge/kernels/body/avx2_bf16.inc"

#include "merge/kernels/body/loops.inc"
}  // namespace of_bf16

namespace of_f16 {
#include "merge/kernels/body/avx2_f16.inc"

#include "merge/kernels/body/loops.inc"
}  // namespace of_f16

}  // namespace

constinit const InstructionSet kAvx2 = {.name = "AVX2",
                                        .supported = cpu_supported,
                                        .mark_set = mark_set,
                                        .collect = collect,
                                        .bf16 = of_bf16::kLoops,
                                        .f16 = of_f16::kLoops};

}  // namespace tsugi::merge::kernels
#endif
