// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Small random models, and a slow plain forward pass in double that shares nothing with the decoder but
// names.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eval/model/decoder.h"
#include "eval/model/shape.h"
#include "eval/model/weights.h"
#include "tests/support/stored.h"

namespace tsugi::eval::tests {

/// Uniform in [-1, 1); the same on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  float next() { return static_cast<float>(static_cast<double>(engine_() >> 11U) * 0x1p-52 - 1.0); }
  std::size_t below(std::size_t n) { return engine_() % n; }
  std::vector<float> values(std::size_t n, float size = 1) {
    std::vector<float> result(n);
    for (float& x : result) x = size * next();
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

struct TinyModel {
  ModelShape shape;
  std::map<std::string, std::pair<merge::Shape, std::vector<float>>> tensors;
};

inline const recipes::Architecture& llama() {
  return *recipes::find_architecture("LlamaForCausalLM");
}

/// Grouped queries, sizes that are no multiples of 16, an odd number of inputs of one matrix (ffn).
inline ModelShape tiny_shape(bool tied) {
  ModelShape shape;
  shape.layers = 3;
  shape.hidden = 24;
  shape.heads = 6;
  shape.kv_heads = 2;
  shape.head = 10;
  shape.ffn = 37;
  shape.vocabulary = 53;
  shape.max_positions = 200;
  shape.tied = tied;
  shape.norm_eps = 1e-5F;
  shape.ropes = {plain_rope(shape.head, 10000)};
  return shape;
}

inline TinyModel make_tiny(const ModelShape& shape, std::uint64_t seed) {
  TinyModel model;
  model.shape = shape;
  Random random(seed);
  const auto matrix = [&](const std::string& name, std::size_t rows, std::size_t columns) {
    // Rows of about unit length keep activations of the size of real models.
    const float size = std::sqrt(3.0F / static_cast<float>(columns));
    model.tensors[name] = {{rows, columns}, random.values(rows * columns, size)};
  };
  const auto gain = [&](const std::string& name) {
    std::vector<float> values = random.values(shape.hidden, 0.5F);
    for (float& x : values) x += 1;
    model.tensors[name] = {{shape.hidden}, values};
  };
  matrix("model.embed_tokens.weight", shape.vocabulary, shape.hidden);
  if (!shape.tied) matrix("lm_head.weight", shape.vocabulary, shape.hidden);
  gain("model.norm.weight");
  for (std::size_t i = 0; i < shape.layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    gain(layer + "input_layernorm.weight");
    gain(layer + "post_attention_layernorm.weight");
    matrix(layer + "self_attn.q_proj.weight", shape.q_size(), shape.hidden);
    matrix(layer + "self_attn.k_proj.weight", shape.kv_size(), shape.hidden);
    matrix(layer + "self_attn.v_proj.weight", shape.kv_size(), shape.hidden);
    matrix(layer + "self_attn.o_proj.weight", shape.hidden, shape.q_size());
    matrix(layer + "mlp.gate_proj.weight", shape.ffn, shape.hidden);
    matrix(layer + "mlp.up_proj.weight", shape.ffn, shape.hidden);
    matrix(layer + "mlp.down_proj.weight", shape.hidden, shape.ffn);
  }
  return model;
}

inline merge::OutputTensor output_tensor(const std::string& name, const merge::Shape& shape,
                                         DType dtype = DType::F32, std::uint64_t fingerprint = 1) {
  merge::OutputTensor tensor;
  tensor.name = name;
  tensor.shape = shape;
  tensor.dtype = dtype;
  tensor.fingerprint = fingerprint;
  return tensor;
}

inline std::unique_ptr<ResidentWeights> reside(const TinyModel& model, DType storage = DType::F32,
                                               Compute compute = Compute::f32) {
  auto weights = std::make_unique<ResidentWeights>(llama(), model.shape, storage, compute);
  for (const auto& [name, tensor] : model.tensors) {
    const merge::OutputTensor output = output_tensor(name, tensor.first, storage);
    if (!weights->wants(output)) continue;
    weights->write(output, 0, tsugi::tests::stored_as(storage, tensor.second));
    weights->done(output);
  }
  weights->check_complete();
  return weights;
}

inline std::vector<TokenId> random_tokens(Random& random, std::size_t count, std::size_t vocabulary) {
  std::vector<TokenId> tokens(count);
  for (TokenId& token : tokens) token = static_cast<TokenId>(random.below(vocabulary));
  return tokens;
}

/// Logits [tokens, vocabulary] by the definition: every position looks at every earlier one, nothing is
/// cached.
std::vector<double> reference_logits(std::span<const TinyModel* const> models, const Path& path,
                                     std::span<const TokenId> tokens);

/// How far logits in f32 may be from reference_logits(): each of about 6 roundings a hop (4 products of up to
/// 60 terms, whose errors add up like sqrt(60) eps, norms and softmax) is passed on at about its size; 4 for
/// the unlucky ones.
double logits_tolerance(std::span<const double> logits, std::size_t hops);

}  // namespace tsugi::eval::tests
