// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How a tensor is cut into tiles of whole rows. The cut follows from the shape alone, never from the number
// of threads.
#pragma once

#include <algorithm>
#include <cstddef>

#include "merge/sink.h"

namespace tsugi::merge {

/// 2048 values are 8 KB of f32: two inputs and the result stay in a first-level cache of 32 KB, which a
/// second-level one was measured to feed a third as fast, and a tile is still long against the cost of its
/// few calls. Longer rows are a tile each.
inline constexpr std::size_t kTileElements = 2048;

/// Tiles that one task works through: 1/4 million values, some 50 microseconds of work against about one for
/// a task.
inline constexpr std::size_t kGroupTiles = 128;

struct Tiling {
  std::size_t rows = 0;
  std::size_t row_length = 0;
  std::size_t rows_per_tile = 1;
  std::size_t tiles = 0;  ///< 0 for a tensor without elements

  /// `together`: so many rows, counted from the first, are never in different tiles.
  explicit Tiling(const OutputTensor& tensor, std::size_t tile_elements = kTileElements,
                  std::size_t together = 1)
      : rows(tensor.rows()), row_length(tensor.row_length()) {
    if (rows == 0 || row_length == 0) return;
    rows_per_tile = std::max<std::size_t>(1, tile_elements / row_length / together) * together;
    tiles = (rows + rows_per_tile - 1) / rows_per_tile;
  }

  std::size_t row_begin(std::size_t tile) const { return tile * rows_per_tile; }
  std::size_t rows_of(std::size_t tile) const { return std::min(rows_per_tile, rows - row_begin(tile)); }
};

inline std::size_t groups_of(std::size_t tiles) {
  return (tiles + kGroupTiles - 1) / kGroupTiles;
}

/// Calls body(tile) for the tiles of a group, in order.
template <class Body>
void for_tiles_of(std::size_t group, std::size_t tiles, const Body& body) {
  const std::size_t end = std::min(tiles, (group + 1) * kGroupTiles);
  for (std::size_t tile = group * kGroupTiles; tile < end; ++tile) body(tile);
}

}  // namespace tsugi::merge
