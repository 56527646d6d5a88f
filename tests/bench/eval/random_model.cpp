// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/eval/random_model.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "eval/model/rope.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::bench {
namespace {

class Filler {
 public:
  Filler(eval::ResidentWeights& weights, DType storage) : weights_(weights), storage_(storage) {}

  void matrix(const std::string& name, std::size_t rows, std::size_t columns) {
    const float size = std::sqrt(3.0F / static_cast<float>(columns));
    std::uniform_real_distribution<float> values(-size, size);
    // One block of random rows repeated: drawing billions of values would take longer than the measurement.
    constexpr std::size_t kDrawn = 32;
    std::vector<float> block(std::min(rows, kDrawn) * columns);
    for (float& value : block) value = values(random_);
    write(name, {rows, columns}, block);
  }

  void ones(const std::string& name, std::size_t size) {
    write(name, {size}, std::vector<float>(size, 1.0F));
  }

 private:
  void write(const std::string& name, const merge::Shape& shape, const std::vector<float>& block) {
    merge::OutputTensor tensor;
    tensor.name = name;
    tensor.shape = shape;
    tensor.dtype = storage_;
    std::vector<std::byte> stored(block.size() * bytes(storage_));
    merge::from_f32(storage_, block, stored);
    if (!weights_.wants(tensor)) return;
    const std::size_t step = block.size() / tensor.row_length();
    for (std::size_t row = 0; row < tensor.rows(); row += step) {
      const std::size_t rows = std::min(step, tensor.rows() - row);
      weights_.write(tensor, row, std::span(stored).first(rows * tensor.row_length() * bytes(storage_)));
    }
    weights_.done(tensor);
  }

  eval::ResidentWeights& weights_;
  DType storage_;
  std::mt19937 random_;
};

eval::ModelShape llama_shape() {
  eval::ModelShape shape;
  shape.norm_eps = 1e-5F;
  shape.max_positions = 2048;
  shape.head = 64;
  return shape;
}

}  // namespace

eval::ModelShape smollm2_shape() {
  eval::ModelShape shape = llama_shape();
  shape.layers = 30;
  shape.hidden = 576;
  shape.heads = 9;
  shape.kv_heads = 3;
  shape.ffn = 1536;
  shape.vocabulary = 49152;
  shape.tied = true;
  shape.ropes = {eval::plain_rope(shape.head, 100000)};
  return shape;
}

eval::ModelShape tinyllama_shape() {
  eval::ModelShape shape = llama_shape();
  shape.layers = 22;
  shape.hidden = 2048;
  shape.heads = 32;
  shape.kv_heads = 4;
  shape.ffn = 5632;
  shape.vocabulary = 32000;
  shape.ropes = {eval::plain_rope(shape.head, 10000)};
  return shape;
}

std::unique_ptr<eval::ResidentWeights> random_model(const eval::ModelShape& shape, DType storage,
                                                    eval::Compute compute) {
  auto weights = std::make_unique<eval::ResidentWeights>(*recipes::find_architecture("LlamaForCausalLM"),
                                                         shape, storage, compute);
  Filler filler(*weights, storage);
  filler.matrix("model.embed_tokens.weight", shape.vocabulary, shape.hidden);
  if (!shape.tied) filler.matrix("lm_head.weight", shape.vocabulary, shape.hidden);
  filler.ones("model.norm.weight", shape.hidden);
  for (std::size_t i = 0; i < shape.layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    filler.ones(layer + "input_layernorm.weight", shape.hidden);
    filler.ones(layer + "post_attention_layernorm.weight", shape.hidden);
    filler.matrix(layer + "self_attn.q_proj.weight", shape.q_size(), shape.hidden);
    filler.matrix(layer + "self_attn.k_proj.weight", shape.kv_size(), shape.hidden);
    filler.matrix(layer + "self_attn.v_proj.weight", shape.kv_size(), shape.hidden);
    filler.matrix(layer + "self_attn.o_proj.weight", shape.hidden, shape.q_size());
    filler.matrix(layer + "mlp.gate_proj.weight", shape.ffn, shape.hidden);
    filler.matrix(layer + "mlp.up_proj.weight", shape.ffn, shape.hidden);
    filler.matrix(layer + "mlp.down_proj.weight", shape.hidden, shape.ffn);
  }
  weights->check_complete();
  return weights;
}

}  // namespace tsugi::bench
