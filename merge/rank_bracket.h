// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The pieces of rank selection by sample and bracket: see rank_selection.h. Keys are bits of non-negative
// f32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "merge/kernels/kernels.h"
#include "merge/methods/method.h"

namespace tsugi::merge {

/// A key and how it stands among others.
struct RankedKey {
  std::uint32_t key = 0;
  std::size_t above = 0;  ///< keys that are larger
  std::size_t equal = 0;
};

/// Finds ranks among keys that it leaves as they are, in several parts.
class Ranks {
 public:
  using Parts = std::vector<std::span<const std::uint32_t>>;

  /// At least one key, all from `least` to `most`; they outlive it.
  Ranks(Parts keys, std::uint32_t least, std::uint32_t most);

  /// The k-th largest, k from 1 to their number. Cheapest for ranks near the last one that was asked for.
  RankedKey at(std::size_t k);

 private:
  std::size_t bin_of(std::uint32_t key) const { return (key - least_) >> shift_; }
  void look_into(std::size_t bin);

  Parts parts_;
  std::uint32_t least_ = 0;
  int shift_ = 0;
  std::vector<std::uint32_t> counts_;  // of bins of equal width from the least to the largest key
  std::size_t bin_;                    // the one last looked into
  std::vector<std::uint32_t> inside_;  // its keys
};

/// Keys from `low` to `high`, both inside.
struct Bracket {
  std::uint32_t low = 0;
  std::uint32_t high = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t guess = 0;  ///< the most likely one, inside
  double share = 1;         ///< of all keys, expected inside without the guess

  /// The guess alone.
  bool single() const { return low == high; }
};

/// Brackets the key that `share` of all keys are above, 0 < share < 1, from as many sampled keys of each of
/// several tiles, `tile`, one after the other. Its width follows from how unequal the tiles are: neighbouring
/// weights are alike.
Bracket bracket_of(std::span<const float> sample, std::size_t tile, double share);

/// What one task finds inside a bracket. The guess is counted and not kept: many weights of 16 bits are
/// equally far from their base.
class InsideKeys {
 public:
  static constexpr std::size_t kMostAtOnce = 2;  ///< brackets of add() from 16 bits

  /// `room`: keys kept at most; past it full() is true and the rest is only counted.
  InsideKeys(const Bracket& bracket, std::size_t room);

  /// The keys of the next tile.
  void add(std::span<const float> keys);
  /// The same for one to kMostAtOnce brackets, only where there are kernels for their type. False, and
  /// nothing is added, if a value is not finite.
  static bool add(const StoredKeys& keys, std::span<InsideKeys* const> to);

  std::uint64_t above() const { return above_; }
  std::uint64_t equal() const { return equal_; }
  bool full() const { return full_; }
  /// Without the guess.
  std::span<const std::uint32_t> keys() const { return {keys_.get(), count_}; }
  /// Of each tile that was added, how many of its keys are `key`, which is inside.
  std::vector<std::uint32_t> number_in_tiles(std::uint32_t key) const;

 private:
  // What there was up to the end of a tile.
  struct End {
    std::size_t count;
    std::uint64_t equal;
  };

  void make_room();
  kernels::Collected collected() const;
  void take(const kernels::Collected& now);
  void keep(const float* keys, std::uint64_t marks);

  Bracket bracket_;
  std::size_t room_;
  std::uint64_t above_ = 0;
  std::uint64_t equal_ = 0;
  bool full_ = false;
  std::size_t count_ = 0;
  std::unique_ptr<std::uint32_t[]> keys_;  // count_ of them; room for a vector more than may be kept
  std::vector<End> ends_;
};

/// The k-th largest of what several tasks found inside one bracket.
RankedKey find_inside(std::span<const InsideKeys* const> found, const Bracket& bracket, std::size_t k);

}  // namespace tsugi::merge
