// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Byte-pair merges: a flat hash of pairs, and the merging of one piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "eval/tokenizer/tokenizer.h"

namespace tsugi::eval::tokenization {

/// Pair of tokens -> (rank, merged token). Open addressing in one array: a lookup is mostly one cache line.
class MergeTable {
 public:
  struct Merge {
    std::uint32_t rank = kNone;  ///< kNone: the pair does not merge
    TokenId merged = 0;
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  explicit MergeTable(std::size_t merges);

  /// A pair set twice keeps the last rank. At most `merges` pairs fit.
  void set(TokenId left, TokenId right, Merge merge);
  Merge find(TokenId left, TokenId right) const { return slots_[slot_of(key_of(left, right))].merge; }

 private:
  struct Slot {
    std::uint64_t key = 0;
    Merge merge;
  };
  static std::uint64_t key_of(TokenId left, TokenId right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U |
           static_cast<std::uint32_t>(right);
  }
  std::size_t slot_of(std::uint64_t key) const;  ///< of the key, or of the free slot where it belongs

  std::vector<Slot> slots_;
  unsigned shift_;
};

/// Merges the pair of lowest rank, leftmost first, until none merges. `symbols` becomes the tokens. Takes n
/// log n time.
void merge_symbols(const MergeTable& merges, std::vector<TokenId>& symbols);

}  // namespace tsugi::eval::tokenization
