// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs a decoder-only transformer along a path of hops: log-likelihoods of continuations and greedy
// generation. A row's result never depends on the rows it was computed with: every sum runs over its own row
// in a fixed order.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "eval/model/path.h"
#include "eval/model/weights.h"
#include "eval/model/workspace.h"
#include "eval/tokenizer/tokenizer.h"
#include "merge/parallel.h"

namespace tsugi::eval {

struct GenerationRequest {
  std::span<const TokenId> prompt;  ///< not empty
  std::size_t max_new_tokens = 0;
  /// Before each choice, logits of tokens that the prompt or the answer has are divided by it where above 0,
  /// else multiplied (CTRL, arXiv 1909.05858, section 4.1, as transformers computes it). 1 changes nothing.
  float repetition_penalty = 1;
};

/// Called after each new token of request `index` with all its new tokens; true ends that request. Called
/// from the thread that computes the request. Must be a pure function of its arguments.
using StopCheck = std::function<bool(std::size_t index, std::span<const TokenId> generated)>;

/// Called between steps from every thread that works; throws to give the work up.
using StepCheck = std::function<void()>;

struct LikelihoodRequest {
  std::span<const TokenId> context;       ///< not empty
  std::span<const TokenId> continuation;  ///< scored token by token
  bool each = false;                      ///< the tokens' own values are wanted too
};

struct Likelihood {
  double sum = 0;  ///< of ln p of the continuation's tokens, each from an f32 log-softmax over the full width
  bool greedy = false;            ///< every token was the argmax (lowest id among equals)
  std::vector<double> each = {};  ///< [token of the continuation]: ln p, where asked for
};

/// Immutable; many threads may use one. Holds pointers: models must outlive it and not change while it works.
class Decoder {
 public:
  /// All models have the same shape but for the number of layers. Embedding, final norm and head are those of
  /// models[0].
  /// Decoders that follow each other may share `workspaces`.
  Decoder(std::vector<const ResidentWeights*> models, Path path,
          std::shared_ptr<Workspaces> workspaces = std::make_shared<Workspaces>(), StepCheck check = {});

  /// Greedy (argmax, lowest id among equals). A generation ends when `stop` says so, at max_new_tokens, or
  /// where prompt + new tokens reach the model's positions. The last token is kept also when it ended the
  /// generation.
  std::vector<std::vector<TokenId>> generate(std::span<const GenerationRequest> requests,
                                             const StopCheck& stop, merge::Concurrency concurrency) const;

  /// Contexts are cut from the left where context + continuation exceed the model's positions.
  std::vector<Likelihood> log_likelihoods(std::span<const LikelihoodRequest> requests,
                                          merge::Concurrency concurrency) const;

  /// Longest sequence that the models take.
  std::size_t positions() const { return models_.front()->shape().max_positions; }

  /// Logits of every position: [tokens, vocabulary], row-major.
  std::vector<float> logits(std::span<const TokenId> tokens) const;

  /// Working memory of one thread that scores, for the planner of memory.
  static std::size_t workspace_bytes(const ModelShape& shape, std::size_t hops, Compute compute,
                                     std::size_t tokens_per_request);

 private:
  std::vector<const ResidentWeights*> models_;
  Path path_;
  std::shared_ptr<Workspaces> workspaces_;
  StepCheck check_;
};

}  // namespace tsugi::eval
