// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What tensor names of a model family cannot tell by themselves: roles, shapes, ties, and how a decoder runs
// it. One strict file a family in recipes/architectures/, embedded at build time.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/error.h"

namespace tsugi::recipes {

/// One tensor, or one a layer ("{i}" in the name is the layer number).
struct ArchitectureRow {
  std::string role;  ///< "embed", "attn.q", "mlp.down", "norm.attn", …: the vocabulary of decoder and genomes
  std::string name;                ///< "model.layers.{i}.self_attn.q_proj.weight"
  std::vector<std::string> shape;  ///< products of named dimensions: {"heads*head", "hidden"}
  std::string tied_to;             ///< role that stands in when the tensor is absent; "" if it must be there
};

/// How the decoder runs the family: flags it understands, never the family's name.
struct DecoderTraits {
  std::string norm = "rms";         ///< "rms": x / sqrt(mean x^2 + eps) * gain
  std::string activation = "silu";  ///< of the gated MLP
  std::string rope = "half";        ///< pairs (i, i + head/2), as Hugging Face stores q and k
};

struct Architecture {
  std::string family;
  std::vector<std::string> classes;  ///< values of config.json's `architectures` that this file describes
  /// Dimension -> keys of config.json tried in order; "hidden/heads" is an expression over dimensions named
  /// before.
  std::vector<std::pair<std::string, std::vector<std::string>>> dims;
  std::string layers;  ///< config key with the number of layers
  DecoderTraits decoder;
  std::vector<ArchitectureRow> before;
  std::vector<ArchitectureRow> each_layer;
  std::vector<ArchitectureRow> after;
};

/// Strict: an unknown key is an InputError with file:line:column.
Architecture parse_architecture(std::string_view text, const std::string& file);

/// All embedded families, sorted by name; parsed once.
std::span<const Architecture> architectures();

/// The family of a class name such as "LlamaForCausalLM", or null.
const Architecture* find_architecture(std::string_view class_name);

}  // namespace tsugi::recipes
