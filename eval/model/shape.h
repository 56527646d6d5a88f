// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The numbers of one decoder, resolved from an architecture file and a config.json.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "eval/model/dimensions.h"
#include "eval/model/rope.h"
#include "merge/checkpoint/checkpoint.h"
#include "recipes/architecture.h"

namespace tsugi::eval {

enum class Norm {
  rms,    ///< x / sqrt(mean(x^2) + eps) * gain (Zhang & Sennrich 2019)
  layer,  ///< (x - mean) / sqrt(variance + eps) * gain + bias (Ba et al. 2016)
};

/// As transformers' ACT2FN names them: silu; gelu; gelu_new, gelu_pytorch_tanh; quick_gelu; relu.
enum class Activation { silu, gelu, gelu_tanh, quick_gelu, relu };

/// What layers of one model differ in besides their weights.
struct LayerKind {
  std::size_t window = 0;               ///< positions that a position sees, itself included; 0 for all
  std::optional<std::size_t> rope = 0;  ///< which of the model's; nothing where positions are not told
  bool sparse = false;                  ///< the MLP is a choice of experts

  bool operator==(const LayerKind&) const = default;
};

/// Sizes are in elements. Two models whose shapes are equal but for the layers can share an arena and a path.
struct ModelShape {
  std::size_t layers = 0;
  std::size_t hidden = 0;
  std::size_t heads = 0;
  std::size_t kv_heads = 0;
  std::size_t head = 0;  ///< elements of one head
  std::size_t ffn = 0;
  std::size_t vocabulary = 0;  ///< rows of the embedding
  std::size_t max_positions = 0;
  bool tied = false;  ///< the head is the embedding

  Norm norm = Norm::rms;
  float norm_eps = 0;
  float gain_offset = 0;  ///< added to stored gains: 1 for Gemma
  Activation activation = Activation::silu;
  bool gated = true;               ///< the MLP is down(act(gate(x)) * up(x)), else down(act(up(x)))
  bool parallel = false;           ///< attention and MLP read the same hidden state
  bool learned_positions = false;  ///< a table is added to the embeddings; no RoPE
  bool qkv_by_head = false;        ///< rows of a fused query, key and value tensor go head by head
  float embedding_scale = 1;
  double attention_divisor = 0;  ///< scores are divided by its root; 0 for `head`
  float attention_cap = 0;       ///< 0 for none
  float logit_cap = 0;

  std::size_t experts = 0;       ///< of a sparse layer
  std::size_t experts_used = 0;  ///< by one token
  std::size_t expert_ffn = 0;
  std::size_t shared_ffn = 0;  ///< of the expert that every token uses; 0 without one
  bool normalise_experts = true;

  std::vector<Rope> ropes;          ///< empty with learned positions
  std::vector<LayerKind> kinds;     ///< of the layers; those past its end are plain
  std::set<std::string> true_keys;  ///< of the rows' conditions
  Dimensions dimensions() const;

  bool operator==(const ModelShape&) const = default;

  std::size_t q_size() const { return heads * head; }
  std::size_t kv_size() const { return kv_heads * head; }
  std::size_t qkv_size() const { return q_size() + 2 * kv_size(); }
  std::size_t ffn_inputs() const { return gated ? 2 : 1; }  ///< matrices side by side before the activation
  LayerKind kind(std::size_t layer) const { return layer < kinds.size() ? kinds[layer] : LayerKind{}; }
  float attention_scale() const {
    return static_cast<float>(
        1.0 / std::sqrt(attention_divisor > 0 ? attention_divisor : static_cast<double>(head)));
  }
  /// Whether a row of the architecture is there in a layer (any number for rows outside the layers).
  bool has(const recipes::ArchitectureRow& row, std::size_t layer) const;
};

/// Throws InputError when the family is unknown, a number is missing, or a tensor's shape is not what the
/// family says
/// ("attn.q of layer 3: file has [4096, 4096], llama expects [heads*head, hidden] = [2048, 4096]").
ModelShape model_shape(const recipes::Architecture& architecture, const merge::ModelConfig& config);
void check_shapes(const recipes::Architecture& architecture, const ModelShape& shape,
                  const merge::Checkpoint& checkpoint);

/// The row's tensor in layer `layer`, of expert `expert`: the name with its "{i}" and "{e}" filled in.
std::string tensor_name(const recipes::ArchitectureRow& row, std::size_t layer, std::size_t expert = 0);

/// How many tensors a layer has of a row: one for each expert, or one.
std::size_t count_of(const recipes::ArchitectureRow& row, const ModelShape& shape);

/// Buffers that old versions of transformers saved beside the weights and that every program computes itself.
bool is_recomputed_buffer(std::string_view tensor);

/// The architecture of a config. Throws InputError listing the families this program runs.
const recipes::Architecture& architecture_of(const merge::ModelConfig& config);

}  // namespace tsugi::eval
