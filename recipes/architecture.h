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
#include <variant>
#include <vector>

#include "recipes/error.h"

namespace tsugi::recipes {

/// One tensor, one a layer ("{i}" in the name is the layer's number), or one an expert of a layer ("{e}").
struct ArchitectureRow {
  std::string role;  ///< "embed", "attn.q", "mlp.down", "norm.attn", …: the vocabulary of decoder and genomes
  std::string name;  ///< "model.layers.{i}.self_attn.q_proj.weight"
  /// Sums of products of named dimensions and numbers: {"heads*head+2*kv*head", "hidden"}.
  std::vector<std::string> shape;
  std::string tied_to;  ///< role that stands in when the tensor is absent; "" if it must be there
  /// Where the row holds: "" everywhere; "sparse" or "dense", in layers with or without experts; else a key
  /// of config.json that must be true, or must not with "!" before it.
  std::string when;
  bool transposed = false;  ///< stored as [in, out] (GPT-2's Conv1D)
};

/// How the decoder runs the family: flags it understands, never the family's name. Where a flag names a key
/// of config.json, "" is a flag that is off.
struct DecoderTraits {
  std::string norm = "rms";  ///< "rms": x / sqrt(mean x^2 + eps) * gain; "rms_plus_one": gain + 1; "layer"
  std::string norm_eps = "rms_norm_eps";  ///< key
  std::vector<std::string> activation = {
      "hidden_act"};                ///< keys tried in order; words as transformers' ACT2FN
  std::string positions = "rope";   ///< "rope", "learned" (role "positions")
  std::vector<std::string> rotary;  ///< keys of the part of a head that turns; without one all of it does
  /// Keys of a list over layers, 0 where nothing turns, and of the interval of such layers without the list.
  std::vector<std::string> no_rope;
  std::string qkv = "stacked";  ///< rows of role attn.qkv: "stacked" q, k, v; "by_head": q, k, v of each head
  std::string attention_scale;  ///< key: scores are divided by its root instead of that of the head's size
  std::string attention_cap;    ///< key: scores become cap * tanh(score / cap)
  std::string logit_cap;        ///< key: the same of logits
  std::string embedding = "plain";  ///< "plain"; "root_hidden": times the root of the hidden size
  std::string window;               ///< key of the attention window
  /// Layers it holds for where config.json has no layer_types: "all"; "even"; "pattern", all but every n-th
  /// of sliding_window_pattern; "upper", from max_window_layers on; "even_lower", even ones before it;
  /// "unrotated", those of no_rope. None where use_sliding_window is false.
  std::string windowed = "all";
  std::string parallel;           ///< key: attention and MLP read the same hidden state
  std::string sparse = "none";    ///< layers with experts: "none", "all", "step"
  std::string normalise_experts;  ///< key: the weights of the chosen experts are made to sum to 1; "": always
};

/// A key of config.json and a value: a boolean, a number, or text.
struct ConfigValue {
  std::string key;
  std::variant<bool, double, std::string> value;
};

struct Architecture {
  std::string family;
  std::vector<std::string> classes;  ///< values of config.json's `architectures` that this file describes
  /// Dimension -> keys of config.json tried in order; "hidden/heads" is an expression over dimensions named
  /// before.
  std::vector<std::pair<std::string, std::vector<std::string>>> dims;
  std::string layers;  ///< config key with the number of layers
  /// What transformers takes where config.json lacks a key.
  std::vector<ConfigValue> defaults;
  /// Keys that change what the model computes and the only value that the decoder runs; absent is fine.
  std::vector<ConfigValue> expected;
  std::string prefix;  ///< with which names begin, or not: "transformer." of GPT-2
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
