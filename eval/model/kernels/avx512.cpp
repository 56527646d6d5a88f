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
#pragma GCC diagnostic ignored "-Wuninitialized"
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

#include "eval/model/kernels/body/avx512_lanes.inc"

bool cpu_supported() {
  return __builtin_cpu_supports("avx512f") != 0;
}

#include "eval/model/kernels/body/lanes.inc"

#include "eval/model/kernels/body/avx512_interleave.inc"
#include "eval/model/kernels/body/matrix.inc"

constexpr Fetching kFetching;
#include "eval/model/kernels/body/attention.inc"
#include "eval/model/kernels/body/attention_lanes.inc"
#include "eval/model/kernels/body/vector.inc"

}  // namespace

const Kernels kAvx512 = {"AVX-512",   cpu_supported, multiply_f32, multiply_bf16, attend, rms_norm,
                         layer_norm,  activate,      rotate,       scale,         add,    cap,
                         exponential, largest,       log_sum_exp,  interleave};

}  // namespace tsugi::eval::kernels
