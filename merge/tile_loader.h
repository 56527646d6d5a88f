// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tiles of a planned tensor's inputs in f32.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "merge/methods/method.h"
#include "merge/plan.h"
#include "merge/tile_room.h"
#include "merge/tiling.h"

namespace tsugi::merge {

/// Reads tiles one after another into buffers of the calling thread. One loader a thread at a time.
class TileLoader {
 public:
  /// `reads[i]`: whether model i is wanted; `plan` names the checkpoint in errors; `checks`: false when an
  /// earlier pass has found every value finite.
  TileLoader(const MergePlan& plan, const PlannedTensor& tensor, const Tiling& tiling,
             std::span<const char> reads, bool checks);

  /// Valid until the next call on this thread. Throws InputError naming model, tensor, count and first place
  /// of infinite or NaN inputs, or of those too large for the recipe's dtype.
  const Tile& load(std::size_t index);

  /// Room for a tile's result, or its keys, on this thread.
  static std::span<float> result(std::size_t size);

  /// Room for a block as stored, on this thread; lies at a cache line.
  static std::span<std::byte> stored(std::size_t bytes);

 private:
  std::span<const float> input(const TensorView& view, TileRoom& room) const;
  void fetch(std::size_t index) const;
  void read(const TensorView& view, std::span<float> values) const;
  [[noreturn]] void refuse() const;
  void refuse_bad(const TensorView& view, const std::string& recipe_name_of_model) const;
  std::string folder_of(const TensorView& view, const std::string& otherwise) const;

  const MergePlan& plan_;
  const PlannedTensor& tensor_;
  const Tiling& tiling_;
  std::span<const char> reads_;
  bool checks_;
  Tile tile_;
};

}  // namespace tsugi::merge
