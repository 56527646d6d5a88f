// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A team's way through the layers: buffers, KV cache, and a step that carries rows of many sequences along
// the path.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "eval/model/aligned_buffer.h"
#include "eval/model/batching.h"
#include "eval/model/feed_forward.h"
#include "eval/model/kv_cache.h"
#include "eval/model/packed_matrix.h"
#include "eval/model/path.h"
#include "eval/model/rope_table.h"
#include "eval/model/team.h"
#include "eval/model/weights.h"
#include "eval/model/workspace.h"
#include "eval/tokenizer/tokenizer.h"

namespace tsugi::eval {

/// Consecutive tokens of one sequence, which has room in the KV cache, in a step. Positions before
/// `first_position` must have gone through earlier steps; what stood at later positions of the sequence is
/// forgotten as it is written over.
struct Run {
  std::size_t sequence = 0;  ///< number of its cell in the KV cache
  std::size_t first_position = 0;
  std::span<const TokenId> tokens;
  std::size_t logits_from =
      0;  ///< logits are computed for the tokens from this one on; tokens.size() for none
  /// Positions of the sequence up to the end of what the reference runs in one forward pass with these
  /// tokens: longrope chooses its frequencies by it. 0 for the end of this run.
  std::size_t reach = 0;

  std::size_t end() const { return first_position + tokens.size(); }
};

/// Not thread-safe; one for each running chunk of requests.
class PathRunner {
 public:
  /// The arguments must outlive it. `ropes` are those of the models' shape and reach to the batching's
  /// longest sequence.
  PathRunner(std::span<const ResidentWeights* const> models, const Path& path,
             std::span<const RopeTable> ropes, const Batching& batching, Team& team, Workspace& workspace);

  const Batching& batching() const { return batching_; }

  /// Makes room in the KV cache for a sequence of up to `positions` that begins with `prompt`, which the
  /// reference runs in one forward pass of `reach` positions. Returns how many of them other sequences feed
  /// or have fed; nothing when there is no room now. With no other sequence there always is for
  /// batching().room.longest.
  std::optional<std::size_t> reserve(std::size_t sequence, std::span<const TokenId> prompt,
                                     std::size_t positions, std::size_t reach);
  /// Whether the sequence must not be stepped yet, because another is still feeding what they share.
  bool waits(std::size_t sequence) const { return cache_.waits(sequence); }
  void release(std::size_t sequence) { cache_.release(sequence); }

  /// At most batching().rows tokens in all; different sequences.
  void step(std::span<const Run> runs);

  /// Calls f for the logits [vocabulary] of the last step, counted over all runs: in order, and at once for
  /// several where the team has several members.
  using TakeLogits = std::function<void(std::size_t row, std::span<const float> logits)>;
  void each_logits(const TakeLogits& f);

  static std::size_t bytes(const ModelShape& shape, std::size_t hops, DType element, const Batching& batching,
                           std::size_t members);

 private:
  void embed(std::span<const Run> runs);
  void run_layer(std::span<const Run> runs, std::size_t hop);
  LayerKind kind(std::size_t hop) const { return models_[path_[hop].source]->shape().kind(path_[hop].layer); }
  /// Adds to `to`, or stores into it.
  void attention(std::span<const Run> runs, std::size_t hop, const ResidentLayer& layer,
                 const Activations& to, bool add);
  void mlp(const ResidentLayer& layer, const Activations& to, bool add);
  /// Has the products until a hop's attention ask for what that reads; behind the last hop, for nothing.
  void expect(std::span<const Run> runs, std::size_t hop);
  /// Some rows of a run, which attend to the cache.
  struct Piece {
    const Run* run;
    std::size_t begin;  // of the run's tokens
    std::size_t count;
    std::size_t row;       // of `begin`, in qkv_
    std::size_t attended;  // the same in attended_
  };
  /// What a hop's rows attend with, cut so that members have about as much to do.
  void cut(std::span<const Run> runs, bool last);
  void store_and_attend(std::span<const Run> runs, std::size_t hop, const ResidentLayer& layer);
  /// Turns a run's queries and keys, and puts keys and values into the cache. Its rows in qkv_ begin at
  /// `row`.
  void store(const Run& run, std::size_t row, std::size_t hop, const ResidentLayer& layer);
  void attend(const Piece& piece, std::size_t hop, std::size_t member);
  void turn(const Run& run, std::size_t row, const LayerKind& kind, const ResidentLayer& layer);
  /// Of all rows those whose logits are wanted: the last layer's others only leave keys and values.
  void keep_wanted(std::span<const Run> runs);
  /// Logits of as many rows from `first` on as there is room for.
  void head(std::size_t first);
  /// What a branch reads: its norm of the hidden state in normed_, or the hidden state itself.
  void prepare(const NormWeights& norm);
  void add_normed(const NormWeights& norm, const Activations& branch);

  std::span<const ResidentWeights* const> models_;
  const Path& path_;
  std::span<const RopeTable> ropes_;
  const ModelShape& shape_;
  Batching batching_;
  Team& team_;
  DType element_;  // of keys and values
  KvCache cache_;
  float* attention_scratch_;  // the members' one after the other
  FeedForward feed_forward_;
  ProductScratch& scratch_;
  Activations hidden_;
  OperandRows normed_;  // as many of the first as hidden_ has, like attended_
  Activations branch_;
  Activations qkv_;
  OperandRows attended_;
  Activations logits_;
  std::vector<Piece> pieces_;
  std::vector<std::size_t> costs_;       // of the pieces
  std::vector<std::size_t> run_rows_;    // where runs begin in qkv_,
  std::vector<std::size_t> run_tokens_;  // and how many rows they have
};

}  // namespace tsugi::eval
