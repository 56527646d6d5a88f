// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "eval/model/layer_kinds.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using recipes::Architecture;
using recipes::ArchitectureRow;
using recipes::ConfigValue;
using recipes::DecoderTraits;
using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const merge::ModelConfig& config, const std::string& what, const std::string& cure) {
  throw InputError(config.file(), what, cure);
}

double real_number(const merge::ModelConfig& config, const std::string& key) {
  const std::optional<double> value = config.number(key);
  if (!value || !(*value > 0) || !std::isfinite(*value)) {
    refuse(config,
           value ? fmt::format("{} is {}, expected a number above 0", key, *value)
                 : fmt::format("no number {}", key),
           "take the config.json that came with the model");
  }
  return *value;
}

// 0 when the key is "" or absent.
double optional_number(const merge::ModelConfig& config, const std::string& key) {
  return key.empty() || config.find(key) == nullptr ? 0 : real_number(config, key);
}

bool flag(const merge::ModelConfig& config, const std::string& key) {
  const Json* value = config.find(key);
  if (value != nullptr && !value->is_boolean())
    refuse(config, fmt::format("{} is {}, expected true or false", key, value->dump()),
           "take the config.json that came with the model");
  return value != nullptr && value->get<bool>();
}

Json json_of(const ConfigValue& entry) {
  return std::visit([](const auto& value) { return Json(value); }, entry.value);
}

merge::ModelConfig with_defaults(const Architecture& architecture, const merge::ModelConfig& config) {
  merge::ModelConfig completed = config;
  for (const ConfigValue& entry : architecture.defaults) {
    // A null instead of a number says that there is none: no cap, no window. Instead of a word it says
    // nothing.
    const bool none = config.has_null(entry.key) && !std::holds_alternative<std::string>(entry.value);
    if (completed.find(entry.key) == nullptr && !none) completed.set(entry.key, json_of(entry));
  }
  return completed;
}

void check_expected(const Architecture& architecture, const merge::ModelConfig& config) {
  for (const ConfigValue& entry : architecture.expected) {
    const Json* value = config.find(entry.key);
    if (value == nullptr || *value == json_of(entry)) continue;
    refuse(config,
           fmt::format("{} is {}, {} is run with {}", entry.key, value->dump(), architecture.family,
                       json_of(entry).dump()),
           "score it with a command scorer");
  }
}

struct NamedActivation {
  std::string_view name;
  Activation activation;
};

// transformers' activations.py; names that share a formula (gelu_new and gelu_fast differ in how it is
// rounded).
constexpr std::array kActivations{
    NamedActivation{"silu", Activation::silu},
    NamedActivation{"swish", Activation::silu},
    NamedActivation{"gelu", Activation::gelu},
    NamedActivation{"gelu_python", Activation::gelu},
    NamedActivation{"gelu_new", Activation::gelu_tanh},
    NamedActivation{"gelu_fast", Activation::gelu_tanh},
    NamedActivation{"gelu_pytorch_tanh", Activation::gelu_tanh},
    NamedActivation{"gelu_python_tanh", Activation::gelu_tanh},
    NamedActivation{"quick_gelu", Activation::quick_gelu},
    NamedActivation{"relu", Activation::relu},
};

Activation read_activation(const DecoderTraits& traits, const merge::ModelConfig& config) {
  for (const std::string& key : traits.activation) {
    const std::optional<std::string> name = config.text(key);
    if (!name) continue;
    const auto* found = std::find_if(kActivations.begin(), kActivations.end(),
                                     [&](const NamedActivation& entry) { return entry.name == *name; });
    if (found != kActivations.end()) return found->activation;
    std::vector<std::string> names;
    for (const NamedActivation& entry : kActivations) names.emplace_back(entry.name);
    refuse(config, fmt::format("{} is '{}', which the decoder does not run", key, *name),
           fmt::format("known: {}", fmt::join(names, ", ")));
  }
  refuse(config, fmt::format("no {}", fmt::join(traits.activation, " or ")),
         "take the config.json that came with the model");
}

bool has_role(const Architecture& architecture, std::string_view role) {
  for (const auto* rows : {&architecture.before, &architecture.each_layer, &architecture.after}) {
    if (std::any_of(rows->begin(), rows->end(), [&](const ArchitectureRow& row) { return row.role == role; }))
      return true;
  }
  return false;
}

// Without an own row for the head there is only the embedding.
bool is_tied(const Architecture& architecture, const merge::ModelConfig& config) {
  return !has_role(architecture, "unembed") || config.tied().value_or(false);
}

void read_sizes(ModelShape& shape, const Architecture& architecture, const merge::ModelConfig& config) {
  const Dimensions dimensions = resolve_dimensions(architecture, config);
  const auto of = [&](const char* dimension, bool needed = true) -> std::size_t {
    const auto found = dimensions.find(dimension);
    if (found != dimensions.end()) return found->second;
    if (!needed) return 0;
    throw InputError(architecture.family, fmt::format("the architecture names no dimension {}", dimension),
                     "add it under dims");
  };
  shape.hidden = of("hidden");
  shape.heads = of("heads");
  shape.kv_heads = of("kv");
  shape.head = of("head");
  shape.ffn = of("ffn");
  shape.vocabulary = of("vocab");
  shape.max_positions = of("positions");
  shape.experts = of("experts", false);
  shape.experts_used = of("experts_used", false);
  shape.expert_ffn = of("expert_ffn", false);
  shape.shared_ffn = of("shared_ffn", false);
  const std::optional<std::size_t> layers = whole_number(config, architecture.layers);
  shape.layers = layers ? *layers : config.layers();
}

void read_traits(ModelShape& shape, const Architecture& architecture, const merge::ModelConfig& config) {
  const DecoderTraits& traits = architecture.decoder;
  shape.tied = is_tied(architecture, config);
  shape.norm = traits.norm == "layer" ? Norm::layer : Norm::rms;
  shape.norm_eps = static_cast<float>(real_number(config, traits.norm_eps));
  shape.gain_offset = traits.norm == "rms_plus_one" ? 1 : 0;
  shape.activation = read_activation(traits, config);
  shape.gated = has_role(architecture, "mlp.gate") || has_role(architecture, "mlp.gate_up") ||
                has_role(architecture, "expert.gate");
  shape.parallel = !traits.parallel.empty() && flag(config, traits.parallel);
  shape.learned_positions = traits.positions == "learned";
  shape.qkv_by_head = traits.qkv == "by_head";
  if (traits.embedding == "root_hidden") shape.embedding_scale = std::sqrt(static_cast<float>(shape.hidden));
  shape.attention_divisor = optional_number(config, traits.attention_scale);
  shape.attention_cap = static_cast<float>(optional_number(config, traits.attention_cap));
  shape.logit_cap = static_cast<float>(optional_number(config, traits.logit_cap));
  shape.normalise_experts = traits.normalise_experts.empty() || flag(config, traits.normalise_experts);
  if (!shape.learned_positions) shape.ropes = read_ropes(traits, config, shape.head, shape.max_positions);
}

bool is_layer_condition(const std::string& when) {
  return when == "sparse" || when == "dense";
}

std::string_view key_of(const std::string& when) {
  return when.starts_with('!') ? std::string_view(when).substr(1) : std::string_view(when);
}

void read_conditions(ModelShape& shape, const Architecture& architecture, const merge::ModelConfig& config) {
  for (const auto* rows : {&architecture.before, &architecture.each_layer, &architecture.after}) {
    for (const ArchitectureRow& row : *rows) {
      if (row.when.empty() || is_layer_condition(row.when)) continue;
      const std::string key(key_of(row.when));
      if (flag(config, key)) shape.true_keys.insert(key);
    }
  }
}

void check_consistent(const ModelShape& shape, const merge::ModelConfig& config) {
  const char* cure = "take the config.json that came with the model";
  if (shape.heads % shape.kv_heads != 0) {
    refuse(config,
           fmt::format("{} query heads are no multiple of {} key/value heads", shape.heads, shape.kv_heads),
           cure);
  }
  for (const Rope& rope : shape.ropes) {
    if (rope.rotary == 0 || rope.rotary % 2 != 0)
      refuse(config,
             fmt::format("{} of {} elements of a head turn, expected an even number for RoPE", rope.rotary,
                         shape.head),
             cure);
  }
  if (shape.experts_used > shape.experts)
    refuse(config, fmt::format("a token uses {} of {} experts", shape.experts_used, shape.experts), cure);
}

// A bias or norm that config.json asks for and the family's file does not know would be left out in silence.
void check_biases(const Architecture& architecture, const ModelShape& shape,
                  const merge::ModelConfig& config) {
  for (const char* key : {"attention_bias", "mlp_bias"}) {
    const Json* value = config.find(key);
    if (value == nullptr || *value == false || shape.true_keys.contains(key)) continue;
    refuse(config, fmt::format("{} is {}, {} is run without", key, value->dump(), architecture.family),
           "score it with a command scorer");
  }
}

}  // namespace

Dimensions ModelShape::dimensions() const {
  return {{"hidden", hidden},
          {"heads", heads},
          {"kv", kv_heads},
          {"head", head},
          {"ffn", ffn},
          {"vocab", vocabulary},
          {"positions", max_positions},
          {"experts", experts},
          {"expert_ffn", expert_ffn},
          {"shared_ffn", shared_ffn}};
}

bool ModelShape::has(const ArchitectureRow& row, std::size_t layer) const {
  if (row.when.empty()) return true;
  if (is_layer_condition(row.when)) return kind(layer).sparse == (row.when == "sparse");
  return true_keys.contains(std::string(key_of(row.when))) != row.when.starts_with('!');
}

std::string tensor_name(const ArchitectureRow& row, std::size_t layer, std::size_t expert) {
  std::string name = row.name;
  const auto fill = [&](std::string_view place, std::size_t number) {
    const std::size_t at = name.find(place);
    if (at != std::string::npos) name.replace(at, place.size(), std::to_string(number));
  };
  fill("{i}", layer);
  fill("{e}", expert);
  return name;
}

std::size_t count_of(const ArchitectureRow& row, const ModelShape& shape) {
  return row.name.find("{e}") == std::string::npos ? 1 : shape.experts;
}

bool is_recomputed_buffer(std::string_view name) {
  // Saved by transformers before 4.32 (frequencies) and before 4.35 (masks of GPT-2 and GPT-NeoX).
  for (const std::string_view end : {".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias",
                                     ".attention.bias", ".attention.masked_bias"}) {
    if (name.size() > end.size() && name.ends_with(end)) return true;
  }
  return false;
}

ModelShape model_shape(const Architecture& architecture, const merge::ModelConfig& given) {
  const merge::ModelConfig config = with_defaults(architecture, given);
  check_expected(architecture, config);
  ModelShape shape;
  read_sizes(shape, architecture, config);
  read_traits(shape, architecture, config);
  read_conditions(shape, architecture, config);
  shape.kinds = read_layer_kinds(architecture.decoder, shape, config);
  check_consistent(shape, config);
  check_biases(architecture, shape, config);
  return shape;
}

const Architecture& architecture_of(const merge::ModelConfig& config) {
  const Architecture* found = recipes::find_architecture(config.architecture());
  if (found != nullptr) return *found;
  std::vector<std::string> classes;
  for (const Architecture& architecture : recipes::architectures()) {
    classes.insert(classes.end(), architecture.classes.begin(), architecture.classes.end());
  }
  throw InputError(config.file(), fmt::format("the decoder does not run '{}'", config.architecture()),
                   fmt::format("known: {}", fmt::join(classes, ", ")));
}

}  // namespace tsugi::eval
