// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which blocks of a KV cache are free, and which hold the beginning of a text that another sequence may have
// too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "eval/model/kernels/kernels.h"
#include "eval/tokenizer/tokenizer.h"

namespace tsugi::eval {

/// Blocks are counted references. One that holds a whole block of a prompt is known by its text, which is its
/// own tokens and, by its number, everything before them; it stays known when nobody uses it, until the room
/// is needed: the one that was given back first goes first. Not thread-safe.
class BlockPool {
 public:
  using Block = std::uint32_t;
  /// Of a known text; never used twice.
  using Text = std::uint64_t;
  /// What stands before the first block: one number for each kind of sequence that can share.
  static Text beginning(std::uint64_t kind) { return kind; }

  explicit BlockPool(std::size_t blocks);

  /// Blocks that can be taken.
  std::size_t available() const { return free_.size() + idle_; }

  /// The known block of a text that goes on from `before` with `tokens` (a block of them).
  std::optional<Block> find(Text before, std::span<const TokenId> tokens) const;
  /// One more user of a known block.
  void share(Block block);
  /// A block that holds nothing. There must be one.
  Block take();
  /// Makes a taken block known; it need not be filled yet.
  void name(Block block, Text before, std::span<const TokenId> tokens);
  /// One user less.
  void give_back(Block block);

  Text text(Block block) const { return states_[block].text; }
  bool filled(Block block) const { return states_[block].filled; }
  void set_filled(Block block) { states_[block].filled = true; }

 private:
  struct Key {
    Text before = 0;
    std::array<TokenId, kernels::kKvBlock> tokens = {};
    auto operator<=>(const Key&) const = default;
  };
  using Known = std::map<Key, Block>;
  struct State {
    std::size_t users = 0;
    bool filled = false;
    Text text = 0;                 // 0: not known
    std::uint64_t given_back = 0;  // when, counted
    Known::iterator place = {};    // while known
  };

  static Key key_of(Text before, std::span<const TokenId> tokens);
  Block forget_oldest();

  std::vector<State> states_;
  std::vector<Block> free_;  // known to nobody; the last one was used last
  std::size_t idle_ = 0;     // known, without users
  Known known_;
  Text texts_;
  std::uint64_t clock_ = 0;
};

}  // namespace tsugi::eval
