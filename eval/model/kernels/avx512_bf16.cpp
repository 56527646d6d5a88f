// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Products in bf16 with the instructions of AVX-512 BF16.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"

// GCC 12's own header starts "undefined" registers from themselves and is warned for it when inlined.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define TSUGI_TARGET __attribute__((target("avx512f,avx512bf16")))
#define TSUGI_INLINE TSUGI_TARGET inline __attribute__((always_inline))

namespace tsugi::eval::kernels {
namespace {

// As in f32: 12 rows of two panels are 24 accumulators of 32 registers.
constexpr std::size_t kTileRows = 12;
constexpr std::size_t kAccumulators = 24;

#include "eval/model/kernels/body/avx512_lanes.inc"

using Operand = std::uint16_t;
constexpr std::size_t kStep = 2;

TSUGI_INLINE __m512i load_panel(const std::uint16_t* p) {
  return _mm512_loadu_si512(p);
}
TSUGI_INLINE __m512i broadcast_operand(const std::uint16_t* x) {
  int pair;
  std::memcpy(&pair, x, sizeof(pair));
  return _mm512_set1_epi32(pair);
}
// Without the first or the second of each pair, whatever stands there.
TSUGI_INLINE __m512i load_edge(const std::uint16_t* p, bool skip_first, bool skip_second) {
  const std::uint32_t kept = (skip_first ? 0U : 0x0000FFFFU) | (skip_second ? 0U : 0xFFFF0000U);
  return _mm512_and_si512(load_panel(p), _mm512_set1_epi32(static_cast<int>(kept)));
}
TSUGI_INLINE Lanes multiply_step(__m512i value, __m512i panel, Lanes sum) {
  return {_mm512_dpbf16_ps(sum.a, reinterpret_cast<__m512bh>(value), reinterpret_cast<__m512bh>(panel))};
}

TSUGI_TARGET void round_row(const float* x, std::size_t n, std::uint16_t* out) {
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const auto rounded = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(x + i)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), rounded);
  }
  if (i == n) return;
  const auto mask = static_cast<__mmask16>((1U << (n - i)) - 1);
  alignas(32) std::uint16_t part[kLanes];
  const auto rounded = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, x + i)));
  _mm256_store_si256(reinterpret_cast<__m256i*>(part), rounded);
  std::copy_n(part, n - i, out + i);
}

// An odd row is followed by a zero, so that it makes whole pairs.
TSUGI_TARGET void load_operands(const float* x, std::size_t n, std::uint16_t* to) {
  round_row(x, n, to);
  if (n % kStep != 0) to[n] = 0;
}

#include "eval/model/kernels/body/lanes.inc"

#include "eval/model/kernels/body/tiles.inc"

#include "eval/model/kernels/body/attention.inc"

// Two panels of it are 32 KiB of a first cache of 48, beside 12 rows.
constexpr std::size_t kDepthBlock = 512;

// Rows that pass a pair of panels before the next pair: what is not in the second cache comes from the third,
// which the arithmetic of 32 columns leaves time for.
constexpr std::size_t kMostRows = 240;

// Rows [begin, begin + rows) times all panels. Panels are the outer loop, so that weights come from memory
// once.
TSUGI_TARGET void multiply_rows(const Bf16Product& a, std::size_t begin, std::size_t rows, float* sums) {
  const std::size_t depth = round_up(a.depth, 2);
  const std::size_t blocks = std::max<std::size_t>(1, (depth + kDepthBlock - 1) / kDepthBlock);
  const std::size_t step = round_up((depth + blocks - 1) / blocks, 2);  // even blocks: none is short
  const Tiling tiling(rows);
  const std::size_t width = panels_at_once(tiling.rows_of(0));
  for (std::size_t first = 0; first < a.panel_count; first += width) {
    const std::size_t panels = std::min(width, a.panel_count - first);
    for (std::size_t k = 0; k < depth; k += step) {
      const bool last = k + step >= depth;
      TileWork work = {};
      work.x = a.x + begin * a.x_stride + k;
      work.x_stride = a.x_stride;
      work.depth = std::min(step, depth - k);
      work.panel = a.panels + first * depth * kLanes + k * kLanes;
      work.panel_stride = depth * kLanes;
      work.from = k == 0 ? nullptr : sums;
      work.from_stride = panels * kLanes;
      work.to = last ? a.y + begin * a.y_stride + first * kLanes : sums;
      work.to_stride = last ? a.y_stride : panels * kLanes;
      work.add = last && a.add;
      const bool more = first + 2 * width <= a.panel_count;
      const Operand* next = !last  ? work.panel + step * kLanes
                            : more ? work.panel - k * kLanes + width * depth * kLanes
                                   : nullptr;
      multiply_block(tiling, work, panels, next);
    }
  }
}

void multiply(const Bf16Product& a) {
  float sums[kMostRows * kMostPanels * kLanes];  // written before it is read
  for (std::size_t row = 0; row < a.rows; row += kMostRows) {
    multiply_rows(a, row, std::min(kMostRows, a.rows - row), sums);
  }
}

bool supported() {
  return __builtin_cpu_supports("avx512bf16") != 0;
}

constexpr Bf16Kernels kAvx512Bf16 = {multiply, attend, round_row};

}  // namespace

const Bf16Kernels* active_bf16() {
  return &active() == &kAvx512 && supported() ? &kAvx512Bf16 : nullptr;
}

}  // namespace tsugi::eval::kernels
