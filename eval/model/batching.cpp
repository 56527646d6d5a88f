// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/batching.h"

#include <algorithm>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/weights.h"

namespace tsugi::eval {
namespace {

// Weights of a large model come from memory once for all rows of a step: with 60 of them, reading takes a
// third of the time of multiplying where memory gives 10 GB/s and a core multiplies 0.5 TFLOP/s.
constexpr std::size_t kMostSequences = 60;

// Weights that stay in a third cache cost little to read again; then keys and values should stay there too:
// 24 sequences of 200 tokens of the bundled experts take 10 MB, and products of 24 rows are hardly slower
// than of 60 (bench_gemm).
constexpr std::size_t kFewSequences = 24;
constexpr std::size_t kCachedWeights = std::size_t{8} << 20U;  // bytes

// A step in f32 has room for one token of every sequence and as many tokens of prompts: whole tiles of 12
// rows.
constexpr std::size_t kRows = 2 * kMostSequences;

// Of one thread: 60 sequences of 300 tokens of SmolLM2-135M in bf16 are 0.5 GB. Longer ones of larger models
// take fewer sequences at once before they take more memory.
constexpr std::size_t kMostCacheBytes = std::size_t{512} << 20U;

std::size_t most_sequences(const ModelShape& shape, DType element) {
  return ResidentWeights::bytes(shape, element) <= kCachedWeights ? kFewSequences : kMostSequences;
}

}  // namespace

Batching plan_batching(const ModelShape& shape, std::size_t hops, DType element, std::size_t longest,
                       std::size_t share) {
  const std::size_t one = KvCache::blocks_of(std::max<std::size_t>(1, longest));
  const std::size_t block = std::max<std::size_t>(1, KvCache::block_bytes(shape, hops, element));
  Batching batching;
  batching.room.sequences = std::clamp<std::size_t>(share, 1, most_sequences(shape, element));
  batching.room.blocks = std::max(one, std::min(batching.room.sequences * one, kMostCacheBytes / block));
  batching.room.longest = one * kernels::kKvBlock;
  batching.rows = element == DType::BF16 ? kernels::active_bf16()->rows : kRows;
  return batching;
}

std::size_t share_of_thread(std::size_t requests, std::size_t threads) {
  return std::clamp<std::size_t>((requests + threads - 1) / threads, 1, kMostSequences);
}

}  // namespace tsugi::eval
