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
#pragma GCC diagnostic ignored "-Wuninitialized"
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
TSUGI_INLINE Lanes multiply_step(__m512i value, __m512i panel, Lanes sum) {
  return {_mm512_dpbf16_ps(sum.a, reinterpret_cast<__m512bh>(value), reinterpret_cast<__m512bh>(panel))};
}

#include "eval/model/kernels/body/avx512_round.inc"
#include "eval/model/kernels/body/lanes.inc"

#include "eval/model/kernels/body/avx512_activate.inc"
#include "eval/model/kernels/body/tiles.inc"

constexpr Fetching kFetching;
#include "eval/model/kernels/body/attention.inc"
#include "eval/model/kernels/body/attention_lanes.inc"

// Between blocks sums go through memory, so fewer blocks are better: widths of 576 and 768 are one. Two
// panels are 48 KiB then; what a first cache of 32 does not hold comes from the second, 128 bytes for 24
// products.
constexpr std::size_t kDepthBlock = 768;

constexpr std::size_t kStepRows = 120;  // whole tiles; more were no faster (bench_engine, Zen 4)

// 0.5 TFLOP/s of a core beside 20 GB/s that it reads (Zen 4) multiply as long for 25; with 32 it was at 92 %
// of the products' speed for a model of 2 GB.
constexpr std::size_t kSequences = 16;

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
                                   : a.next;
      multiply_block(tiling, work, panels, next, a.upcoming);
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

}  // namespace

const Bf16Kernels kAvx512Bf16 = {"AVX-512 BF16", kStepRows, kSequences, supported,
                                 multiply,       attend,    round_row,  activate};

}  // namespace tsugi::eval::kernels
