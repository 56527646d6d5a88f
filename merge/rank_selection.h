// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The exact k-th largest of many non-negative keys without a sort. Non-negative f32 order like their bits: a
// histogram of the upper 16 bits finds the bin of rank k, one of the lower 16 bits inside that bin the value
// itself. Where only some of the keys equal to it are kept, a third pass counts them by tile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "merge/methods/method.h"
#include "merge/parallel.h"

namespace tsugi::merge {

/// Receives the keys of one query in one tile. Keys are finite or infinite, never negative or NaN.
using KeyVisitor = std::function<void(std::size_t query, std::size_t tile, std::span<const float> keys)>;

/// Gives `visit` the keys of `queries` in the tiles of a group. Called from many threads, once a group and
/// pass.
using KeyPass =
    std::function<void(std::size_t group, std::span<const std::size_t> queries, const KeyVisitor& visit)>;

/// One answer for each entry of `kept`: how many of the `elements` largest keys to keep. Queries that keep
/// none or all cost nothing. Integer counts only: the same for any number of threads.
std::vector<RankThreshold> select_ranks(std::span<const std::uint64_t> kept, std::uint64_t elements,
                                        std::size_t tiles, Concurrency concurrency, const KeyPass& pass);

/// The k-th largest key itself, where some but not all keys were kept.
float key_of_rank(const RankThreshold& rank);

}  // namespace tsugi::merge
