// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kv_cache.h"

#include <cassert>
#include <numeric>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/workspace.h"

namespace tsugi::eval {
namespace {

using kernels::kKvBlock;
using kernels::kLanes;

// Elements of the head's block that belong to one position; `kStep` of keys' elements, or of positions, share
// a word.
template <std::size_t kStep, class T>
void scatter(const T* key, const T* value, std::size_t head, std::size_t position, T* block) {
  T* keys = block + position / kLanes * kLanes * kernels::round_up(head, 2) + position % kLanes * kStep;
  for (std::size_t d = 0; d < head; ++d) keys[d / kStep * kStep * kLanes + d % kStep] = key[d];
  if (kStep == 2 && head % 2 != 0) keys[(head - 1) * kLanes + 1] = 0;
  T* values = block + kernels::key_elements(head) + position / kStep * kStep * kLanes + position % kStep;
  for (std::size_t d = 0; d < head; ++d)
    values[d / kLanes * kLanes * kKvBlock + d % kLanes * kStep] = value[d];
}

}  // namespace

KvCache::KvCache(const ModelShape& shape, std::size_t hops, DType element, const KvRoom& room,
                 AlignedBuffer<std::byte>& memory)
    : kv_heads_(shape.kv_heads),
      head_(shape.head),
      element_(element),
      hop_bytes_(kv_heads_ * kernels::kv_elements(head_) * bytes(element)),
      block_bytes_(block_bytes(shape, hops, element)),
      memory_(room_for(room.blocks * block_bytes_, memory)),
      free_(room.blocks),
      tables_(room.sequences) {
  assert(element == DType::F32 || element == DType::BF16);
  // The first blocks first: what is used again and again stays small.
  std::iota(free_.rbegin(), free_.rend(), 0U);
  for (std::vector<std::uint32_t>& table : tables_) table.reserve(blocks_of(room.longest));
}

bool KvCache::reserve(std::size_t sequence, std::size_t positions) {
  std::vector<std::uint32_t>& table = tables_[sequence];
  assert(table.empty());
  const std::size_t wanted = blocks_of(positions);
  if (wanted > free_.size()) return false;
  for (std::size_t i = 0; i < wanted; ++i) {
    table.push_back(free_.back());
    free_.pop_back();
  }
  return true;
}

void KvCache::release(std::size_t sequence) {
  std::vector<std::uint32_t>& table = tables_[sequence];
  free_.insert(free_.end(), table.rbegin(), table.rend());
  table.clear();
}

void KvCache::store(std::size_t hop, std::size_t sequence, std::size_t position, std::size_t count,
                    const float* keys, const float* values, std::size_t stride) {
  thread_local std::vector<std::uint16_t> rounded;
  rounded.resize(2 * head_);
  const std::size_t elements = kernels::kv_elements(head_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = (position + i) % kKvBlock;
    std::byte* block =
        memory_ + tables_[sequence][(position + i) / kKvBlock] * block_bytes_ + hop * hop_bytes_;
    for (std::size_t h = 0; h < kv_heads_; ++h) {
      const float* key = keys + i * stride + h * head_;
      const float* value = values + i * stride + h * head_;
      if (element_ == DType::F32) {
        scatter<1>(key, value, head_, place, reinterpret_cast<float*>(block) + h * elements);
        continue;
      }
      kernels::active_bf16()->round(key, head_, rounded.data());
      kernels::active_bf16()->round(value, head_, rounded.data() + head_);
      scatter<2>(rounded.data(), rounded.data() + head_, head_, place,
                 reinterpret_cast<std::uint16_t*>(block) + h * elements);
    }
  }
}

void KvCache::locate(std::size_t hop, std::size_t sequence, kernels::Attention& work) const {
  work.blocks = memory_ + hop * hop_bytes_;
  work.block_bytes = block_bytes_;
  work.table = tables_[sequence].data();
}

std::size_t KvCache::block_bytes(const ModelShape& shape, std::size_t hops, DType element) {
  return hops * shape.kv_heads * kernels::kv_elements(shape.head) * bytes(element);
}

}  // namespace tsugi::eval
