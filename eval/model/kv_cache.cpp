// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kv_cache.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/workspace.h"

namespace tsugi::eval {
namespace {

using kernels::kKvBlock;
using kernels::kLanes;

using kernels::key_elements;
using kernels::round_up;

// Writes a position of a head into its block: elements of f32.
void scatter(const float* key, const float* value, std::size_t head, std::size_t position, float* block) {
  float* keys = block + position / kLanes * kLanes * round_up(head, 2) + position % kLanes;
  for (std::size_t d = 0; d < head; ++d) keys[d * kLanes] = key[d];
  float* values = block + key_elements(head) + position * kLanes;
  for (std::size_t d = 0; d < head; d += kLanes)
    std::copy_n(value + d, std::min(kLanes, head - d), values + d * kKvBlock);
}

// Writes 16-bit values into the lower or the upper halves of as many words, which are read and written whole:
// that many at a time, where halves would go one by one.
void write_halves(const std::uint16_t* values, std::size_t count, bool upper, std::uint16_t* words) {
  const std::uint32_t kept = upper ? 0x0000FFFFU : 0xFFFF0000U;
  const int shift = upper ? 16 : 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, words + 2 * i, sizeof(word));
    word = (word & kept) | static_cast<std::uint32_t>(values[i]) << shift;
    std::memcpy(words + 2 * i, &word, sizeof(word));
  }
}

// The same of bf16: two elements of a key, or a value's elements of two positions, share a word.
void scatter(const std::uint16_t* key, const std::uint16_t* value, std::size_t head, std::size_t position,
             std::uint16_t* block) {
  std::uint16_t* keys = block + position / kLanes * kLanes * round_up(head, 2) + position % kLanes * 2;
  for (std::size_t d = 0; d + 1 < head; d += 2) std::memcpy(keys + d * kLanes, key + d, 2 * sizeof(*key));
  if (head % 2 != 0) {
    keys[(head - 1) * kLanes] = key[head - 1];
    keys[(head - 1) * kLanes + 1] = 0;
  }
  std::uint16_t* values = block + key_elements(head) + position / 2 * 2 * kLanes;
  for (std::size_t d = 0; d < head; d += kLanes)
    write_halves(value + d, std::min(kLanes, head - d), position % 2 != 0, values + d * kKvBlock);
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
      pool_(room.blocks),
      sequences_(room.sequences) {
  assert(element == DType::F32 || element == DType::BF16);
  for (Sequence& sequence : sequences_) sequence.table.reserve(blocks_of(room.longest));
}

std::optional<std::size_t> KvCache::reserve(std::size_t number, std::span<const TokenId> prompt,
                                            std::size_t positions, std::uint64_t kind) {
  Sequence& sequence = sequences_[number];
  assert(sequence.table.empty() && !prompt.empty() && positions >= prompt.size());
  const std::size_t wanted = blocks_of(positions);
  const std::size_t sharable = (prompt.size() - 1) / kKvBlock;
  const auto tokens = [&](std::size_t block) { return prompt.subspan(block * kKvBlock, kKvBlock); };
  BlockPool::Text text = BlockPool::beginning(kind);
  sequence.shared = 0;
  for (; sequence.shared < sharable; ++sequence.shared) {
    const auto known = pool_.find(text, tokens(sequence.shared));
    if (!known) break;
    pool_.share(*known);
    sequence.table.push_back(*known);
    text = pool_.text(*known);
  }
  if (wanted - sequence.shared > pool_.available()) {
    release(number);
    return std::nullopt;
  }
  for (std::size_t i = sequence.shared; i < wanted; ++i) {
    const BlockPool::Block block = pool_.take();
    sequence.table.push_back(block);
    if (i >= sharable) continue;
    pool_.name(block, text, tokens(i));
    text = pool_.text(block);
  }
  return sequence.shared * kKvBlock;
}

void KvCache::release(std::size_t sequence) {
  std::vector<BlockPool::Block>& table = sequences_[sequence].table;
  // The end of a text first: its beginning is more likely to be wanted again.
  for (auto block = table.rbegin(); block != table.rend(); ++block) pool_.give_back(*block);
  table.clear();
}

bool KvCache::waits(std::size_t number) const {
  const Sequence& sequence = sequences_[number];
  // Blocks are filled in order.
  return sequence.shared > 0 && !pool_.filled(sequence.table[sequence.shared - 1]);
}

void KvCache::advance(std::size_t number, std::size_t end) {
  const Sequence& sequence = sequences_[number];
  for (std::size_t i = sequence.shared; i < end / kKvBlock; ++i) pool_.set_filled(sequence.table[i]);
}

void KvCache::store(std::size_t hop, std::size_t sequence, std::size_t position, std::size_t count,
                    const float* keys, const float* values, std::size_t stride) {
  thread_local std::vector<std::uint16_t> rounded;
  rounded.resize(2 * head_);
  const std::size_t elements = kernels::kv_elements(head_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = (position + i) % kKvBlock;
    std::byte* block =
        memory_ + sequences_[sequence].table[(position + i) / kKvBlock] * block_bytes_ + hop * hop_bytes_;
    for (std::size_t h = 0; h < kv_heads_; ++h) {
      const float* key = keys + i * stride + h * head_;
      const float* value = values + i * stride + h * head_;
      if (element_ == DType::F32) {
        scatter(key, value, head_, place, reinterpret_cast<float*>(block) + h * elements);
        continue;
      }
      kernels::active_bf16()->round(key, head_, rounded.data());
      kernels::active_bf16()->round(value, head_, rounded.data() + head_);
      scatter(rounded.data(), rounded.data() + head_, head_, place,
              reinterpret_cast<std::uint16_t*>(block) + h * elements);
    }
  }
}

void KvCache::locate(std::size_t hop, std::size_t sequence, kernels::Attention& work) const {
  work.blocks = memory_ + hop * hop_bytes_;
  work.block_bytes = block_bytes_;
  work.table = sequences_[sequence].table.data();
}

void KvCache::expect(std::size_t hop, std::size_t number, std::size_t first, std::size_t end,
                     kernels::Upcoming& upcoming) const {
  const Sequence& sequence = sequences_[number];
  const std::size_t begin = std::max(sequence.shared, first / kKvBlock);
  for (std::size_t i = begin; i < blocks_of(end); ++i)
    upcoming.add(memory_ + sequence.table[i] * block_bytes_ + hop * hop_bytes_);
}

std::size_t KvCache::block_bytes(const ModelShape& shape, std::size_t hops, DType element) {
  return hops * shape.kv_heads * kernels::kv_elements(shape.head) * bytes(element);
}

}  // namespace tsugi::eval
