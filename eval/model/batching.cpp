// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/batching.h"

#include <algorithm>

#include "eval/model/kernels/kernels.h"
#include "eval/model/kv_cache.h"

namespace tsugi::eval {
namespace {

// Whole tiles of 12 and of 6 rows. From 24 rows on the products are as fast as they get; more only spread the
// reading of weights over more tokens. 60 sequences of 50 tokens of a bundled model are 12 MB of keys and
// values: a third cache.
constexpr std::size_t kMostSequences = 60;
constexpr std::size_t kLeastShare = 12;

// A step has room for one token of every sequence and as many tokens of prompts.
constexpr std::size_t kMostRows = 2 * kMostSequences;

// Of one thread. Long contexts of a large model take fewer sequences at once before they take more memory.
constexpr std::size_t kMostCacheBytes = std::size_t{256} << 20U;

// Shares for each worth of requests: enough for some tens of threads, and for evening out unequal lengths.
constexpr std::size_t kShares = 32;

}  // namespace

Batching plan_batching(const ModelShape& shape, std::size_t hops, std::size_t longest, std::size_t share) {
  Batching batching;
  batching.capacity = kernels::round_up(std::max<std::size_t>(1, longest), kernels::kLanes);
  const std::size_t cell = KvCache::bytes_a_sequence(shape, hops, batching.capacity);
  const std::size_t fitting = std::max<std::size_t>(1, kMostCacheBytes / std::max<std::size_t>(1, cell));
  batching.sequences = std::clamp<std::size_t>(share, 1, std::min(kMostSequences, fitting));
  batching.rows = kMostRows;
  return batching;
}

std::size_t share_of_thread(std::size_t requests) {
  const std::size_t even = kernels::round_up(requests / kShares + 1, kLeastShare);
  return std::clamp(even, kLeastShare, kMostSequences);
}

}  // namespace tsugi::eval
