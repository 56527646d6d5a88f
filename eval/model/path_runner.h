// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// One thread's way through the layers: buffers, KV cache, and a step that carries rows of many sequences
// along the path.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "eval/model/aligned_buffer.h"
#include "eval/model/batching.h"
#include "eval/model/kv_cache.h"
#include "eval/model/packed_matrix.h"
#include "eval/model/path.h"
#include "eval/model/rope_table.h"
#include "eval/model/weights.h"
#include "eval/tokenizer/tokenizer.h"

namespace tsugi::eval {

/// Consecutive tokens of one sequence in a step. Positions before `first_position` must have gone through
/// earlier steps; what stood at later positions of the sequence is forgotten as it is written over.
struct Run {
  std::size_t sequence = 0;  ///< number of its cell in the KV cache
  std::size_t first_position = 0;
  std::span<const TokenId> tokens;
  std::size_t logits_from =
      0;  ///< logits are computed for the tokens from this one on; tokens.size() for none
};

/// Not thread-safe; one for each running chunk of requests. Allocates when it is made, never in a step.
class PathRunner {
 public:
  /// The arguments must outlive it. `rope` reaches to the batching's capacity.
  PathRunner(std::span<const ResidentWeights* const> models, const Path& path, const RopeTable& rope,
             const Batching& batching);

  const Batching& batching() const { return batching_; }

  /// At most batching().rows tokens in all; different sequences.
  void step(std::span<const Run> runs);

  /// Logits [vocabulary] of the last step, counted over all runs in order.
  std::span<const float> logits(std::size_t i) const;

  static std::size_t bytes(const ModelShape& shape, std::size_t hops, const Batching& batching);

 private:
  void embed(std::span<const Run> runs);
  void attention(std::span<const Run> runs, std::size_t hop, const LayerWeights& weights);
  void mlp(const LayerWeights& weights);
  void head(std::span<const Run> runs);
  void normalise(const Activations& rows, std::span<const float> gain);

  std::span<const ResidentWeights* const> models_;
  const Path& path_;
  const RopeTable& rope_;
  const ModelShape& shape_;
  Batching batching_;
  KvCache cache_;
  AlignedBuffer<float> memory_;  // of the activations below, [rows, …]
  AlignedBuffer<float> scores_;
  ProductScratch scratch_;
  Activations hidden_;
  Activations normed_;
  Activations qkv_;
  Activations attended_;
  Activations gate_up_;
  Activations activated_;
  Activations logits_;
};

}  // namespace tsugi::eval
