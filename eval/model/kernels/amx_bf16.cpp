// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Products in bf16 with the tiles of AMX.
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"

// GCC 12's own header starts "undefined" registers from themselves and is warned for it when inlined.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define TSUGI_TARGET __attribute__((target("avx512f,avx512bw,avx512bf16,amx-tile,amx-bf16")))
#define TSUGI_INLINE TSUGI_TARGET inline __attribute__((always_inline))

namespace tsugi::eval::kernels {
namespace {

#include "eval/model/kernels/body/avx512_lanes.inc"
#include "eval/model/kernels/body/lanes.inc"

using Operand = std::uint16_t;
constexpr std::size_t kStep = kBf16Step;

#include "eval/model/kernels/body/amx_tiles.inc"
#include "eval/model/kernels/body/avx512_round.inc"

#include "eval/model/kernels/body/avx512_activate.inc"

constexpr std::size_t kTileRows = 32;

// Rows in whole tiles, the last of what is left.
struct Tiling {
  explicit Tiling(std::size_t all) : rows(all), tiles((all + kTileRows - 1) / kTileRows) {}
  std::size_t rows_of(std::size_t tile) const { return std::min(kTileRows, rows - tile * kTileRows); }

  std::size_t rows;
  std::size_t tiles;
};

// Tiles multiply so fast that attention is reading; of a chunk's end the processor asks for by itself
// (bench_engine: 6 % less time of attention than without, 4 % less than with whole chunks).
constexpr Fetching kFetching = {4, 32};

#include "eval/model/kernels/body/attention.inc"
#include "eval/model/kernels/body/attention_amx.inc"

// Of two panels, or of a tile of rows: 36 KiB, which stay in a first cache of 48 while the others pass.
constexpr std::size_t kDepthBlock = 576;

// 3 TFLOP/s of a core beside 13 GB/s that it reads multiply as long for 230 (a Xeon); 512 were no faster.
constexpr std::size_t kStepRows = 256;

// As many as there are at once: fewer always wait for memory.
constexpr std::size_t kSequences = 64;

// One stretch of the depth of all rows and panels.
struct Stretch {
  std::size_t begin;
  std::size_t depth;
};

// A pair of panels comes from memory for the first tile of rows; so each tile asks for its share of the pair
// behind.
TSUGI_INLINE void look_ahead(const Bf16Product& a, std::size_t row, std::size_t panel, TileBlock& block) {
  constexpr std::size_t kStepLines = kBf16Step / 2;
  const std::size_t tiles = (a.rows + kTileRows - 1) / kTileRows;
  const std::size_t share = (kStepLines + tiles - 1) / tiles;
  const std::size_t wanted = panel + 2;
  if (wanted < a.panel_count) {
    block.ahead = block.panel + 2 * block.panel_stride;
  } else if (a.next != nullptr) {
    block.ahead = a.next + (wanted - a.panel_count) * block.panel_stride;
  }
  block.ahead_begin = std::min(kStepLines, row / kTileRows * share);
  block.ahead_lines = std::min(kStepLines - block.ahead_begin, share);
}

TSUGI_INLINE TileBlock block_at(const Bf16Product& a, Stretch k, std::size_t row, std::size_t panel) {
  const std::size_t depth = round_up(a.depth, 2);
  TileBlock block = {};
  block.x = a.x + row * a.x_stride + k.begin;
  block.x_stride = a.x_stride;
  block.depth = k.depth;
  block.panel = a.panels + (panel * depth + k.begin) * kLanes;
  block.panel_stride = depth * kLanes;
  block.to = a.y + row * a.y_stride + panel * kLanes;
  block.from = a.add || k.begin > 0 ? block.to : nullptr;
  block.stride = a.y_stride;
  return block;
}

// What is not S stays in the first cache.
template <Streamed S>
TSUGI_TARGET void multiply_stretch(const Bf16Product& a, Stretch k, Tiles& tiles) {
  for (std::size_t panel = 0; panel < a.panel_count; panel += 2) {
    const std::size_t panels = std::min<std::size_t>(2, a.panel_count - panel);
    for (std::size_t row = 0; row < a.rows; row += kTileRows) {
      const std::size_t rows = std::min(kTileRows, a.rows - row);
      tiles.configure(rows);
      TileBlock block = block_at(a, k, row, panel);
      look_ahead(a, row, panel, block);
      multiply_block<S>(block, rows, panels);
    }
  }
}

void multiply(const Bf16Product& a) {
  const std::size_t depth = round_up(a.depth, 2);
  const std::size_t blocks = std::max<std::size_t>(1, (depth + kDepthBlock - 1) / kDepthBlock);
  const std::size_t step = round_up((depth + blocks - 1) / blocks, kBf16Step);
  Tiles tiles;
  for (std::size_t k = 0; k < depth; k += step) {
    const Stretch stretch = {k, std::min(step, depth - k)};
    if (a.rows * stretch.depth <= kTileRows * kDepthBlock) {
      multiply_stretch<Streamed::panels>(a, stretch, tiles);
    } else {
      multiply_stretch<Streamed::rows>(a, stretch, tiles);
    }
  }
}

// AMX-TILE and AMX-BF16 of leaf 7.
bool cpu_has_amx() {
  constexpr unsigned kBits = 1U << 22U | 1U << 24U;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & kBits) == kBits;
}

// Linux keeps the tiles' 8 KiB of a process's threads only after it has asked for it.
bool may_use_tiles() {
  constexpr long kRequest = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
}

bool supported() {
  static const bool all = __builtin_cpu_supports("avx512bf16") != 0 &&
                          __builtin_cpu_supports("avx512bw") != 0 && cpu_has_amx() && may_use_tiles();
  return all;
}

}  // namespace

const Bf16Kernels kAmxBf16 = {"AMX", kStepRows, kSequences, supported, multiply, attend, round_row, activate};

}  // namespace tsugi::eval::kernels
