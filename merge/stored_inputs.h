// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tiles of a planned tensor's inputs as they lie in their files, for the ways straight from 16 bits.
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

/// Of one tensor, which outlives it. Thread-safe.
class StoredInputs {
 public:
  /// None where no 16 bits hold what the tensor is computed from: values of the recipe's dtype, where it has
  /// one, else of what the inputs are stored in. `reads[i]`: whether model i is wanted.
  static std::optional<StoredInputs> of(const PlannedTensor& tensor, std::span<const char> reads);

  DType type() const { return type_; }
  /// Whether there are loops on this processor that make results of type `output` of them, all that are
  /// wanted.
  bool make(DType output) const;

  /// All of the tensor. Null, beside what is not wanted: inputs that do not lie in files as `type()`.
  StoredTile whole() const;
  /// Valid until the next call on this thread; without marks. Inputs of other types are converted where the
  /// recipe's dtype says so; null, beside what is not wanted: those that `type()` does not hold.
  StoredTile tile(const Tiling& tiling, std::size_t index) const;

 private:
  // What of an input there is: the bytes in its file, or what is converted, or neither.
  struct Input {
    const std::byte* lies = nullptr;
    const TensorView* converted = nullptr;
    bool wanted = false;

    bool missing() const { return wanted && lies == nullptr && converted == nullptr; }
  };

  Input input_of(const TensorView& view, const PlannedTensor& tensor) const;
  void convert(const TensorView& view, const Tiling& tiling, const StoredTile& tile,
               std::span<std::byte> out) const;

  DType type_ = DType::BF16;
  std::vector<Input> inputs_;  // the base, then models
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
