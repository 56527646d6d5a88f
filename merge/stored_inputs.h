// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tiles of a planned tensor's inputs as they lie in their files, for the ways straight from bf16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "merge/methods/method.h"
#include "merge/plan.h"
#include "merge/tiling.h"

namespace tsugi::merge {

/// Whether an input of the tensor lies in its file as bf16 that is computed with as it is.
bool computes_from_bf16(const PlannedTensor& tensor, const TensorView& input);

/// Of one tensor, which outlives it. Thread-safe.
class StoredInputs {
 public:
  /// None where the method has no way from bf16 to bf16 for these inputs and this output, on this processor.
  /// `reads[i]`: whether model i is wanted.
  static std::optional<StoredInputs> of(const PlannedTensor& tensor, std::span<const char> reads);

  /// Valid until the next call on this thread; without marks.
  StoredTile tile(const Tiling& tiling, std::size_t index) const;

 private:
  const std::byte* base_ = nullptr;
  std::vector<const std::byte*> models_;
};

/// StoredTile::marks of a tensor. Tiles may be used from many threads, each from one at a time.
class KeptMarks {
 public:
  /// Marks of larger tensors are made again rather than kept: 32 MB are 128 million values of two models.
  static constexpr std::uint64_t kMost = std::uint64_t{32} << 20;

  /// Bytes that `bits` for each element of a tensor take; 0 if they are not kept.
  static std::uint64_t bytes(const Tiling& tiling, std::size_t bits);

  KeptMarks() = default;
  KeptMarks(const Tiling& tiling, std::size_t bits);

  /// Room for a tile's, empty if none is kept.
  std::span<std::uint16_t> room(std::size_t tile);
  /// What know() was told about, else empty.
  std::span<std::uint16_t> known(std::size_t tile);
  void know(std::size_t tile);

 private:
  std::size_t of_tile_ = 0;
  std::vector<std::uint16_t> marks_;
  std::vector<char> known_;
};

}  // namespace tsugi::merge
