// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kv_cache.h"

#include <algorithm>
#include <cassert>

#include "eval/model/kernels/kernels.h"

namespace tsugi::eval {

using kernels::kLanes;
using kernels::round_up;

KvCache::KvCache(const ModelShape& shape, std::size_t hops, std::size_t sequences, std::size_t capacity)
    : kv_heads_(shape.kv_heads),
      head_(shape.head),
      value_stride_(round_up(shape.head, kLanes)),
      sequences_(sequences),
      capacity_(capacity),
      keys_(hops * sequences * capacity * shape.kv_size()),
      values_(hops * sequences * capacity * kv_heads_ * value_stride_) {
  assert(capacity % kLanes == 0);
}

const float* KvCache::keys(std::size_t hop, std::size_t sequence) const {
  return keys_.data() + (hop * sequences_ + sequence) * capacity_ * kv_heads_ * head_;
}

const float* KvCache::values(std::size_t hop, std::size_t sequence) const {
  return values_.data() + (hop * sequences_ + sequence) * capacity_ * kv_heads_ * value_stride_;
}

void KvCache::store(std::size_t hop, std::size_t sequence, std::size_t position, const float* key,
                    const float* value) {
  assert(position < capacity_);
  const std::size_t cell = (hop * sequences_ + sequence) * kv_heads_;
  for (std::size_t h = 0; h < kv_heads_; ++h) {
    float* keys = keys_.data() + (cell + h) * capacity_ * head_ + position / kLanes * kLanes * head_ +
                  position % kLanes;
    for (std::size_t d = 0; d < head_; ++d) keys[d * kLanes] = key[h * head_ + d];
    std::copy_n(value + h * head_, head_,
                values_.data() + ((cell + h) * capacity_ + position) * value_stride_);
  }
}

std::size_t KvCache::bytes_a_sequence(const ModelShape& shape, std::size_t hops, std::size_t capacity) {
  const std::size_t position = shape.kv_heads * (shape.head + round_up(shape.head, kLanes));
  return hops * capacity * position * sizeof(float);
}

}  // namespace tsugi::eval
