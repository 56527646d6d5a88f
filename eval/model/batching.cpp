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
constexpr std::size_t kMostSequences = 64;  // two tiles of AMX; elsewhere half the rows of a step, 60

// Weights that stay in a third cache cost little to read again; then keys and values should stay there too:
// 24 sequences of 200 tokens of the bundled experts take 10 MB, and products of 24 rows are hardly slower
// than of 60 (bench_gemm).
constexpr std::size_t kFewSequences = 24;
constexpr std::size_t kCachedWeights = std::size_t{8} << 20U;  // bytes

// Of a step in f32, half of them for prompts: whole tiles of 12.
constexpr std::size_t kRows = 120;

// In f32, sequences of a thread below which it only waits for weights: 0.15 TFLOP/s of a core beside 20 GB/s
// of them multiply as long for 15.
constexpr std::size_t kSequences = 8;

// Of one thread: 60 sequences of 300 tokens of SmolLM2-135M in bf16 are 0.5 GB. Longer ones of larger models
// take fewer sequences at once before they take more memory.
constexpr std::size_t kMostCacheBytes = std::size_t{512} << 20U;

// What multiplies where keys and values have that type; null: f32.
const kernels::Bf16Kernels* halves_of(DType element) {
  return element == DType::BF16 ? kernels::active_bf16() : nullptr;
}

std::size_t most_sequences(const ModelShape& shape, DType element) {
  return ResidentWeights::bytes(shape, element) <= kCachedWeights ? kFewSequences : kMostSequences;
}

}  // namespace

Batching plan_batching(const ModelShape& shape, std::size_t hops, DType element, std::size_t longest,
                       std::size_t share) {
  const std::size_t one = KvCache::blocks_of(std::max<std::size_t>(1, longest));
  const std::size_t block = std::max<std::size_t>(1, KvCache::block_bytes(shape, hops, element));
  const kernels::Bf16Kernels* bf16 = halves_of(element);
  Batching batching;
  batching.rows = bf16 != nullptr ? bf16->rows : kRows;
  // The other half is for prompts.
  const std::size_t most = std::min(most_sequences(shape, element), batching.rows / 2);
  batching.room.sequences = std::clamp<std::size_t>(share, 1, most);
  batching.room.blocks = std::max(one, std::min(batching.room.sequences * one, kMostCacheBytes / block));
  batching.room.longest = one * kernels::kKvBlock;
  return batching;
}

std::size_t decoding_team(const ModelShape& shape, DType element, std::size_t requests, std::size_t threads) {
  if (ResidentWeights::bytes(shape, element) <= kCachedWeights) return 1;
  const kernels::Bf16Kernels* bf16 = halves_of(element);
  const std::size_t enough = bf16 != nullptr ? bf16->sequences : kSequences;
  return share_of_thread(requests, threads) < enough ? threads : 1;
}

std::size_t share_of_thread(std::size_t requests, std::size_t threads) {
  return std::clamp<std::size_t>((requests + threads - 1) / threads, 1, kMostSequences);
}

}  // namespace tsugi::eval
