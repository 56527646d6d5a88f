// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How a tensor is cut: groups, which are one task each, of blocks, which a sink receives whole, of tiles,
// which a method works on. The cut follows from the shape and from how the method and the inputs may be cut,
// never from the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>

#include "merge/methods/method.h"
#include "merge/sink.h"

namespace tsugi::merge {

/// 1024 values are 4 KB of f32: three inputs, a base, the result and what stands behind them in the files
/// stay in a first-level cache of 32 KB, where a second-level one was measured to feed a third as fast; and a
/// tile is still long against the cost of its few calls.
inline constexpr std::size_t kTileElements = 1024;

/// Tiles that one task works through: 1/4 million values, some 50 microseconds of work against about one for
/// a task.
inline constexpr std::size_t kGroupTiles = 256;

/// Values of a block: far above the cost of a call to the system, and, as stored, in a second-level cache.
inline constexpr std::size_t kBlockElements = 32 * kTileElements;

/// The decoder's matrices interleave as many rows; blocks that hold all of them are written without going
/// back to a line. Not worth blocks of over kWidestBlock values.
inline constexpr std::size_t kPanelRows = 16;
inline constexpr std::size_t kWidestBlock = 4 * kBlockElements;

struct Tiling {
  std::size_t rows = 0;
  std::size_t row_length = 0;
  std::size_t rows_per_block = 1;
  std::size_t blocks = 0;  ///< 0 for a tensor without elements
  std::size_t blocks_per_group = 1;
  std::size_t groups = 0;
  std::size_t tile_elements = kTileElements;  ///< of every tile but the last of its block
  std::size_t tiles_per_block = 1;            ///< of every block but the last
  std::size_t tiles = 0;

  explicit Tiling(const OutputTensor& tensor, Cut cut = Cut::anywhere)
      : rows(tensor.rows()), row_length(tensor.row_length()) {
    if (rows == 0 || row_length == 0) return;
    const std::size_t together = cut == Cut::matrices ? rows_of_matrix(tensor) : 1;
    rows_per_block = rows_of_block(together);
    blocks = ceiling(rows, rows_per_block);
    const std::size_t block = rows_per_block * row_length;
    blocks_per_group = std::max<std::size_t>(1, kGroupTiles * kTileElements / block);
    groups = ceiling(blocks, blocks_per_group);
    if (cut != Cut::anywhere) {
      const std::size_t unit = together * row_length;
      tile_elements = std::max<std::size_t>(1, kTileElements / unit) * unit;
    }
    tile_elements = std::min(tile_elements, block);
    tiles_per_block = ceiling(block, tile_elements);
    tiles = (blocks - 1) * tiles_per_block + ceiling(rows_in(blocks - 1) * row_length, tile_elements);
  }

  std::size_t row_of(std::size_t block) const { return block * rows_per_block; }
  std::size_t rows_in(std::size_t block) const { return std::min(rows_per_block, rows - row_of(block)); }
  std::size_t block_elements() const { return rows_per_block * row_length; }
  std::size_t tiles_per_group() const { return tiles_per_block * blocks_per_group; }

  /// Flat place of a tile's first element.
  std::size_t begin_of(std::size_t tile) const {
    return tile / tiles_per_block * block_elements() + tile % tiles_per_block * tile_elements;
  }
  std::size_t size_of(std::size_t tile) const {
    const std::size_t block = tile / tiles_per_block;
    const std::size_t end = row_of(block) * row_length + rows_in(block) * row_length;
    return std::min(tile_elements, end - begin_of(tile));
  }

 private:
  static std::size_t ceiling(std::size_t count, std::size_t by) { return (count + by - 1) / by; }

  static std::size_t rows_of_matrix(const OutputTensor& tensor) {
    if (tensor.shape.size() < 3) return 1;
    return std::max<std::size_t>(1, tensor.rows() / tensor.shape[0]);
  }

  std::size_t rows_of_block(std::size_t together) const {
    const std::size_t wanted = std::max<std::size_t>(1, kBlockElements / row_length);
    if (together > 1) return std::max<std::size_t>(1, wanted / together) * together;
    if (kPanelRows * row_length > kWidestBlock) return wanted;
    return std::max<std::size_t>(1, wanted / kPanelRows) * kPanelRows;
  }
};

/// Neighbouring tiles, or every `step`-th of them.
struct TileRange {
  std::size_t first = 0;
  std::size_t end = 0;
  std::size_t step = 1;

  template <class Body>
  void for_each(const Body& body) const {
    for (std::size_t tile = first; tile < end; tile += step) body(tile);
  }
};

/// The tiles of a group.
inline TileRange tiles_of(std::size_t group, std::size_t tiles_per_group, std::size_t tiles) {
  return {.first = group * tiles_per_group, .end = std::min(tiles, (group + 1) * tiles_per_group)};
}

}  // namespace tsugi::merge
