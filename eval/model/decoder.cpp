// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "eval/model/batching.h"
#include "eval/model/path_runner.h"
#include "eval/model/requests.h"
#include "recipes/error.h"

namespace tsugi::eval {

Decoder::Decoder(std::vector<const ResidentWeights*> models, Path path,
                 std::shared_ptr<Workspaces> workspaces, StepCheck check)
    : models_(std::move(models)),
      path_(std::move(path)),
      workspaces_(std::move(workspaces)),
      check_(std::move(check)) {
  if (models_.empty()) throw Error("a decoder needs at least one model");
  if (path_.empty()) throw Error("a decoder needs a path of at least one layer");
  for (const ResidentWeights* model : models_) {
    ModelShape shape = model->shape();
    shape.layers = models_.front()->shape().layers;
    shape.kinds = models_.front()->shape().kinds;
    if (!(shape == models_.front()->shape())) throw Error("models of one decoder have different shapes");
  }
  for (std::size_t i = 0; i < path_.size(); ++i) {
    const Hop& hop = path_[i];
    if (hop.source >= models_.size()) {
      throw Error(fmt::format("hop {} asks for model {} of {}", i, hop.source, models_.size()));
    }
    const std::size_t slots = models_[hop.source]->shape().layers;
    if (hop.slot >= slots) throw Error(fmt::format("hop {} asks for slot {} of {}", i, hop.slot, slots));
  }
}

std::vector<float> Decoder::logits(std::span<const TokenId> tokens) const {
  const ModelShape& shape = models_.front()->shape();
  check_tokens(tokens, shape, "logits");
  if (tokens.size() > shape.max_positions) {
    throw InputError("logits",
                     fmt::format("{} tokens, the model has {} positions", tokens.size(), shape.max_positions),
                     "give fewer tokens");
  }
  const std::vector<RopeTable> ropes = rope_tables(shape.ropes, tokens.size());
  const Workspaces::Lease workspace = workspaces_->take();
  const DType element = kv_element(models_.front()->compute());
  Team alone(1);
  PathRunner runner(models_, path_, ropes, plan_batching(shape, path_.size(), element, tokens.size(), 1),
                    alone, *workspace);
  runner.reserve(0, tokens, tokens.size(), tokens.size());
  std::vector<float> result;
  result.reserve(tokens.size() * shape.vocabulary);
  for (std::size_t at = 0; at < tokens.size(); at += runner.batching().rows) {
    const Run run = {0, at, tokens.subspan(at, std::min(runner.batching().rows, tokens.size() - at)), 0,
                     tokens.size()};
    runner.step({&run, 1});
    runner.each_logits([&](std::size_t, std::span<const float> row) {
      result.insert(result.end(), row.begin(), row.end());
    });
  }
  return result;
}

std::size_t Decoder::workspace_bytes(const ModelShape& shape, std::size_t hops, Compute compute,
                                     std::size_t tokens_per_request) {
  constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();  // of requests
  const DType element = kv_element(compute);
  // A thread's own, and its part in a team: of the rest a team has no more than one thread.
  constexpr std::size_t kMembers = 2;
  return PathRunner::bytes(shape, hops, element,
                           plan_batching(shape, hops, element, tokens_per_request, kAnyNumber), kMembers);
}

}  // namespace tsugi::eval
