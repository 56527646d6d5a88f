// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Room for one tile of f32 that a thread keeps from tile to tile.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace tsugi::merge {

/// Starts at a cache line: vectors of 64 bytes that straddle two lines take twice as long to load and store.
class TileRoom {
 public:
  /// `size` floats of unspecified value, valid until the next call.
  std::span<float> of(std::size_t size) {
    if (size_ < size) {
      memory_.reset(static_cast<float*>(::operator new(size * sizeof(float), kLine)));
      size_ = size;
    }
    return {memory_.get(), size};
  }

 private:
  static constexpr std::align_val_t kLine{64};
  struct Free {
    void operator()(float* memory) const { ::operator delete(memory, kLine); }
  };
  std::unique_ptr<float, Free> memory_;
  std::size_t size_ = 0;
};

}  // namespace tsugi::merge
