// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Keys and values of the sequences that one thread works on, in blocks of 32 positions, as attention reads
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "eval/model/aligned_buffer.h"
#include "eval/model/block_pool.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/shape.h"
#include "recipes/dtype.h"

namespace tsugi::eval {

/// How much a cache holds.
struct KvRoom {
  std::size_t sequences = 0;
  std::size_t blocks = 0;   ///< of all sequences together
  std::size_t longest = 0;  ///< positions of one sequence
};

/// A block holds 32 positions in every hop: [hops][kv_heads][kv_elements] (kernels.h). The blocks of a
/// sequence need not follow each other, and sequences that begin alike share those of their common beginning.
/// Memory of blocks that were never used is not resident.
class KvCache {
 public:
  /// `element` is F32 or BF16. `memory`, grown to what is needed, must outlive the cache.
  KvCache(const ModelShape& shape, std::size_t hops, DType element, const KvRoom& room,
          AlignedBuffer<std::byte>& memory);

  /// Blocks for positions [0, positions) of a sequence that has none and begins with `prompt`. Returns how
  /// many positions are another's and need not be fed: always less than the prompt, whose last token somebody
  /// wants to know the successor of. Nothing, and nothing is changed, when too few blocks are free. Prompts
  /// share only where `kind` is equal.
  std::optional<std::size_t> reserve(std::size_t sequence, std::span<const TokenId> prompt,
                                     std::size_t positions, std::uint64_t kind);
  void release(std::size_t sequence);

  /// Whether positions that the sequence shares are still being fed by the one that came first.
  bool waits(std::size_t sequence) const;
  /// Positions [0, end) of the sequence have gone through all hops.
  void advance(std::size_t sequence, std::size_t end);

  /// Stores `count` positions from `position` on; row i of keys and values, [kv_heads, head] each, stands at
  /// + i * stride.
  void store(std::size_t hop, std::size_t sequence, std::size_t position, std::size_t count,
             const float* keys, const float* values, std::size_t stride);

  /// Says where attention finds a sequence's blocks.
  void locate(std::size_t hop, std::size_t sequence, kernels::Attention& work) const;

  /// Adds what the hop's attention reads of the sequence's positions [first, end) that it does not share,
  /// each piece piece_bytes() long.
  void expect(std::size_t hop, std::size_t sequence, std::size_t first, std::size_t end,
              kernels::Upcoming& upcoming) const;
  std::size_t piece_bytes() const { return hop_bytes_; }

  /// Of one block.
  static std::size_t block_bytes(const ModelShape& shape, std::size_t hops, DType element);
  static std::size_t blocks_of(std::size_t positions) {
    return (positions + kernels::kKvBlock - 1) / kernels::kKvBlock;
  }

 private:
  struct Sequence {
    std::vector<BlockPool::Block> table;  // [position / 32]
    std::size_t shared = 0;               // of them another's
  };

  std::size_t kv_heads_;
  std::size_t head_;
  DType element_;
  std::size_t hop_bytes_;
  std::size_t block_bytes_;
  std::byte* memory_;
  BlockPool pool_;
  std::vector<Sequence> sequences_;
};

}  // namespace tsugi::eval
