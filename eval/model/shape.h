// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The numbers of one decoder, resolved from an architecture file and a config.json.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "merge/checkpoint/checkpoint.h"
#include "recipes/architecture.h"

namespace tsugi::eval {

/// Sizes are in elements. Two models with equal shapes can share an arena and a path.
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
  float norm_eps = 0;
  double rope_theta = 0;

  bool operator==(const ModelShape&) const = default;

  std::size_t q_size() const { return heads * head; }
  std::size_t kv_size() const { return kv_heads * head; }
};

/// Throws InputError when the family is unknown, a number is missing, or a tensor's shape is not what the
/// family says
/// ("attn.q of layer 3: file has [4096, 4096], llama expects [heads*head, hidden] = [2048, 4096]").
ModelShape model_shape(const recipes::Architecture& architecture, const merge::ModelConfig& config);
void check_shapes(const recipes::Architecture& architecture, const ModelShape& shape,
                  const merge::Checkpoint& checkpoint);

/// The row's tensor in layer `layer`: the name with its "{i}" filled in.
std::string tensor_name(const recipes::ArchitectureRow& row, std::size_t layer);

/// Buffers that old versions of transformers saved beside the weights and that every program computes itself.
bool is_recomputed_buffer(std::string_view tensor);

/// The architecture of a config. Throws InputError listing the families this program runs.
const recipes::Architecture& architecture_of(const merge::ModelConfig& config);

}  // namespace tsugi::eval
