// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/path_runner.h"

#include <array>
#include <cassert>
#include <cmath>

#include "eval/model/kernels/kernels.h"

namespace tsugi::eval {
namespace {

constexpr std::size_t kHeadsAtOnce = 4;  // rows of scores that the attention kernel writes

// Columns of hidden, normed, qkv, attended, gate_up, activated, logits.
std::array<std::size_t, 7> widths(const ModelShape& shape) {
  return {shape.hidden, shape.hidden,    shape.q_size() + 2 * shape.kv_size(), shape.q_size(), 2 * shape.ffn,
          shape.ffn,    shape.vocabulary};
}

std::size_t activation_elements(const ModelShape& shape, std::size_t rows) {
  std::size_t total = 0;
  for (const std::size_t width : widths(shape)) total += rows * activation_stride(width);
  return total;
}

}  // namespace

PathRunner::PathRunner(std::span<const ResidentWeights* const> models, const Path& path,
                       const RopeTable& rope, const Batching& batching)
    : models_(models),
      path_(path),
      rope_(rope),
      shape_(models.front()->shape()),
      batching_(batching),
      cache_(shape_, path.size(), batching.sequences, batching.capacity),
      memory_(activation_elements(shape_, batching.rows)),
      scores_(kHeadsAtOnce * batching.capacity) {
  const std::array<Activations*, 7> parts = {&hidden_,  &normed_,    &qkv_,   &attended_,
                                             &gate_up_, &activated_, &logits_};
  float* next = memory_.data();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t stride = activation_stride(widths(shape_)[i]);
    *parts[i] = {next, stride, 0};
    next += batching.rows * stride;
  }
}

void PathRunner::step(std::span<const Run> runs) {
  embed(runs);
  const kernels::Kernels& kernel = kernels::active();
  for (std::size_t i = 0; i < path_.size(); ++i) {
    const Hop& hop = path_[i];
    if (hop.input_scale != 1.0F) {
      for (std::size_t r = 0; r < hidden_.rows; ++r)
        kernel.scale(hidden_.row(r), shape_.hidden, hop.input_scale);
    }
    const LayerWeights weights = models_[hop.source]->layer(hop.slot);
    attention(runs, i, weights);
    mlp(weights);
  }
  head(runs);
}

void PathRunner::embed(std::span<const Run> runs) {
  std::size_t row = 0;
  for (const Run& run : runs) {
    for (const TokenId token : run.tokens) {
      assert(row < batching_.rows);
      models_.front()->embed(static_cast<std::size_t>(token), {hidden_.row(row++), shape_.hidden});
    }
  }
  for (Activations* part : {&hidden_, &qkv_, &attended_, &gate_up_, &activated_}) part->rows = row;
}

void PathRunner::normalise(const Activations& rows, std::span<const float> gain) {
  const kernels::Kernels& kernel = kernels::active();
  normed_.rows = rows.rows;
  for (std::size_t r = 0; r < rows.rows; ++r) {
    kernel.rms_norm(rows.row(r), gain.data(), shape_.hidden, shape_.norm_eps, normed_.row(r));
  }
}

void PathRunner::attention(std::span<const Run> runs, std::size_t hop, const LayerWeights& weights) {
  const kernels::Kernels& kernel = kernels::active();
  normalise(hidden_, weights.attention_norm);
  weights.qkv->multiply(normed_, qkv_, false, scratch_);
  kernels::Attention work;
  work.scores = scores_.data();
  work.q_stride = qkv_.stride;
  work.out_stride = attended_.stride;
  work.heads = shape_.heads;
  work.kv_heads = shape_.kv_heads;
  work.head = shape_.head;
  work.capacity = cache_.capacity();
  work.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape_.head)));
  std::size_t row = 0;
  for (const Run& run : runs) {
    for (std::size_t i = 0; i < run.tokens.size(); ++i) {
      const std::size_t position = run.first_position + i;
      float* query = qkv_.row(row + i);
      float* key = query + shape_.q_size();
      // Key heads follow query heads, so one call turns both.
      kernel.rotate(query, shape_.heads + shape_.kv_heads, shape_.head, rope_.cosine(position),
                    rope_.sine(position));
      cache_.store(hop, run.sequence, position, key, key + shape_.kv_size());
    }
    work.q = qkv_.row(row);
    work.keys = cache_.keys(hop, run.sequence);
    work.values = cache_.values(hop, run.sequence);
    work.out = attended_.row(row);
    work.rows = run.tokens.size();
    work.first_position = run.first_position;
    kernel.attend(work);
    row += run.tokens.size();
  }
  weights.out->multiply(attended_, hidden_, true, scratch_);
}

void PathRunner::mlp(const LayerWeights& weights) {
  const kernels::Kernels& kernel = kernels::active();
  normalise(hidden_, weights.mlp_norm);
  weights.gate_up->multiply(normed_, gate_up_, false, scratch_);
  for (std::size_t r = 0; r < gate_up_.rows; ++r) {
    const float* gate = gate_up_.row(r);
    kernel.silu_multiply(gate, gate + shape_.ffn, shape_.ffn, activated_.row(r));
  }
  weights.down->multiply(activated_, hidden_, true, scratch_);
}

void PathRunner::head(std::span<const Run> runs) {
  const kernels::Kernels& kernel = kernels::active();
  const std::span<const float> gain = models_.front()->final_norm();
  std::size_t row = 0;
  normed_.rows = 0;
  for (const Run& run : runs) {
    for (std::size_t i = run.logits_from; i < run.tokens.size(); ++i) {
      kernel.rms_norm(hidden_.row(row + i), gain.data(), shape_.hidden, shape_.norm_eps,
                      normed_.row(normed_.rows++));
    }
    row += run.tokens.size();
  }
  logits_.rows = normed_.rows;
  models_.front()->head().multiply(normed_, logits_, false, scratch_);
}

std::span<const float> PathRunner::logits(std::size_t i) const {
  assert(i < logits_.rows);
  return {logits_.row(i), shape_.vocabulary};
}

std::size_t PathRunner::bytes(const ModelShape& shape, std::size_t hops, const Batching& batching) {
  const std::size_t floats = activation_elements(shape, batching.rows) + kHeadsAtOnce * batching.capacity;
  return floats * sizeof(float) +
         batching.sequences * KvCache::bytes_a_sequence(shape, hops, batching.capacity);
}

}  // namespace tsugi::eval
