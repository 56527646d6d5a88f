// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Keys and values of the sequences that one thread works on, in f32, as attention reads them.
#pragma once

#include <cstddef>

#include "eval/model/aligned_buffer.h"
#include "eval/model/shape.h"

namespace tsugi::eval {

/// A cell belongs to one hop and one sequence. Its keys are [kv_heads][capacity / 16][head][16], positions
/// side by side like the columns of a panel of weights; its values are [kv_heads][capacity][round_up(head,
/// 16)]. Memory that is never written is never resident.
class KvCache {
 public:
  /// `capacity` positions a sequence, a multiple of 16.
  KvCache(const ModelShape& shape, std::size_t hops, std::size_t sequences, std::size_t capacity);

  std::size_t capacity() const { return capacity_; }
  const float* keys(std::size_t hop, std::size_t sequence) const;
  const float* values(std::size_t hop, std::size_t sequence) const;

  /// Stores one position: key and value are [kv_heads, head].
  void store(std::size_t hop, std::size_t sequence, std::size_t position, const float* key,
             const float* value);

  /// Of one sequence over all hops.
  static std::size_t bytes_a_sequence(const ModelShape& shape, std::size_t hops, std::size_t capacity);

 private:
  std::size_t kv_heads_;
  std::size_t head_;
  std::size_t value_stride_;
  std::size_t sequences_;
  std::size_t capacity_;
  AlignedBuffer<float> keys_;
  AlignedBuffer<float> values_;
};

}  // namespace tsugi::eval
