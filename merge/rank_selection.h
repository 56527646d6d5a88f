// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The exact k-th largest of many non-negative keys without a sort, in one pass as a rule. A sample of whole
// tiles brackets the key of rank k; the pass counts keys above the bracket and keeps those inside it, among
// which the key is found (Floyd and Rivest 1975, "Expected time bounds for selection"). Where the bracket is
// too wide to be kept or the sample misled, histograms of the upper and the lower 16 bits of the keys find
// the same key in three passes: non-negative f32 order like their bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "merge/methods/method.h"
#include "merge/parallel.h"
#include "merge/tiling.h"

namespace tsugi::merge {

/// Receives keys, which are finite or infinite, never negative or NaN.
struct KeyVisitor {
  /// Those of one query in one tile.
  std::function<void(std::size_t query, std::size_t tile, std::span<const float> keys)> written;
  /// The same for queries that rank the same keys, where these need not be written down. Empty, or false:
  /// they are to be written.
  std::function<bool(std::span<const std::size_t> queries, const StoredKeys& keys)> stored = {};
};

/// Gives `visit` the keys of `queries` in a range of tiles, tile after tile. Called from many threads.
using KeyPass = std::function<void(const TileRange& tiles, std::span<const std::size_t> queries,
                                   const KeyVisitor& visit)>;

/// How keys come.
struct KeyTiles {
  std::uint64_t elements = 0;
  std::size_t tiles = 0;
  std::size_t tiles_per_group = 1;  ///< one task

  std::size_t groups() const { return (tiles + tiles_per_group - 1) / tiles_per_group; }
};

/// One answer for each entry of `kept`: how many of the largest keys to keep. Queries that keep none or all
/// cost nothing. Integer counts only: the same for any number of threads.
std::vector<RankThreshold> select_ranks(std::span<const std::uint64_t> kept, const KeyTiles& keys,
                                        Concurrency concurrency, const KeyPass& pass);

/// Upper bound of the private memory that takes, in bytes.
struct RankMemory {
  std::uint64_t thread = 0;  ///< of each thread
  std::uint64_t shared = 0;
};
RankMemory rank_memory(std::size_t queries, const KeyTiles& keys);

/// The k-th largest key itself, where some but not all keys were kept.
float key_of_rank(const RankThreshold& rank);

}  // namespace tsugi::merge
