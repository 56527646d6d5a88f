// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using recipes::Architecture;
using recipes::ArchitectureRow;

[[noreturn]] void refuse(const merge::ModelConfig& config, const std::string& what, const std::string& cure) {
  throw InputError(config.file(), what, cure);
}

// Number of a key: nothing when absent; refused unless a whole number from 1 to 2^31.
std::optional<std::size_t> whole_number(const merge::ModelConfig& config, const std::string& key) {
  constexpr double kMost = 2147483648.0;  // above any model's sizes, and products of two still fit in 64 bits
  const std::optional<double> value = config.number(key);
  if (!value) return std::nullopt;
  if (!(*value >= 1 && *value <= kMost) || *value != std::floor(*value)) {
    refuse(config, fmt::format("{} is {}, expected a whole number from 1 to 2^31", key, *value),
           "take the config.json that came with the model");
  }
  return static_cast<std::size_t>(*value);
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

using Dimensions = std::map<std::string, std::size_t>;

// Value of "hidden", "hidden/heads" or "heads*head" over dimensions; nothing when a name is none of them or a
// quotient leaves a remainder.
std::optional<std::size_t> evaluate(const std::string& expression, const Dimensions& dimensions) {
  std::size_t value = 1;
  char operation = '*';
  for (std::size_t at = 0; at <= expression.size();) {
    const std::size_t end = std::min(expression.find_first_of("*/", at), expression.size());
    const auto found = dimensions.find(expression.substr(at, end - at));
    if (found == dimensions.end()) return std::nullopt;
    if (operation == '/' && value % found->second != 0) return std::nullopt;
    value = operation == '*' ? value * found->second : value / found->second;
    operation = end < expression.size() ? expression[end] : ' ';
    at = end + 1;
  }
  return value;
}

Dimensions resolve_dimensions(const Architecture& architecture, const merge::ModelConfig& config) {
  Dimensions dimensions;
  for (const auto& [dimension, sources] : architecture.dims) {
    std::optional<std::size_t> value;
    for (const std::string& source : sources) {
      value = whole_number(config, source);
      if (!value) value = evaluate(source, dimensions);
      if (value) break;
    }
    if (!value) {
      refuse(config,
             fmt::format("no number for {} of {}; tried {}", dimension, architecture.family,
                         fmt::join(sources, ", ")),
             "take the config.json that came with the model");
    }
    dimensions[dimension] = *value;
  }
  return dimensions;
}

Dimensions dimensions_of(const ModelShape& shape) {
  return {{"hidden", shape.hidden}, {"heads", shape.heads}, {"kv", shape.kv_heads},
          {"head", shape.head},     {"ffn", shape.ffn},     {"vocab", shape.vocabulary}};
}

// What is not run yet is refused, so that no model is scored as something it is not.
void check_traits(const Architecture& architecture, const merge::ModelConfig& config) {
  const recipes::DecoderTraits& traits = architecture.decoder;
  const auto need = [&](const std::string& what, const std::string& has, const std::string& runs) {
    if (has == runs) return;
    throw InputError(architecture.family, fmt::format("the decoder has no {} '{}'", what, has),
                     fmt::format("known: {}", runs));
  };
  need("norm", traits.norm, "rms");
  need("activation", traits.activation, "silu");
  need("rope", traits.rope, "half");
  const std::string activation = config.text("hidden_act").value_or(traits.activation);
  if (activation != traits.activation && activation != "swish") {  // two names of x * sigmoid(x)
    refuse(config,
           fmt::format("hidden_act is '{}', {} is run with '{}'", activation, architecture.family,
                       traits.activation),
           "score it with a command scorer");
  }
  for (const char* key : {"attention_bias", "mlp_bias"}) {
    const nlohmann::ordered_json* value = config.find(key);
    if (value != nullptr && *value != false) {
      refuse(config,
             fmt::format("{} is {}, {} is run without biases", key, value->dump(), architecture.family),
             "score it with a command scorer");
    }
  }
}

void check_rope(const merge::ModelConfig& config) {
  if (config.rope_type() != "default") {
    refuse(config, fmt::format("RoPE of type '{}', expected 'default'", config.rope_type()),
           "score it with a command scorer");
  }
  const nlohmann::ordered_json* parameters = config.find("rope_parameters");
  const bool nested =
      parameters != nullptr && parameters->is_object() && parameters->contains("partial_rotary_factor");
  const nlohmann::ordered_json* part =
      nested ? &parameters->at("partial_rotary_factor") : config.find("partial_rotary_factor");
  if (part != nullptr && *part != 1) {
    refuse(config, fmt::format("partial_rotary_factor is {}, expected 1", part->dump()),
           "score it with a command scorer");
  }
}

void check_consistent(const ModelShape& shape, const merge::ModelConfig& config) {
  if (shape.heads % shape.kv_heads != 0) {
    refuse(config,
           fmt::format("{} query heads are no multiple of {} key/value heads", shape.heads, shape.kv_heads),
           "take the config.json that came with the model");
  }
  if (shape.head % 2 != 0) {
    refuse(config, fmt::format("a head of {} elements, expected an even number for RoPE", shape.head),
           "take the config.json that came with the model");
  }
}

const ArchitectureRow* find_role(const std::vector<ArchitectureRow>& rows, std::string_view role) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const ArchitectureRow& row) { return row.role == role; });
  return found == rows.end() ? nullptr : &*found;
}

std::string place_of(const ArchitectureRow& row, std::optional<std::size_t> layer) {
  return layer ? fmt::format("{} of layer {}", row.role, *layer) : row.role;
}

void check_row(const Architecture& architecture, const ArchitectureRow& row, std::optional<std::size_t> layer,
               const ModelShape& shape, const merge::Checkpoint& checkpoint) {
  const std::string name = tensor_name(row, layer.value_or(0));
  const merge::TensorView* tensor = checkpoint.find(name);
  const std::string where = checkpoint.folder().string();
  if (tensor == nullptr) {
    throw InputError(where, fmt::format("{} is missing: no tensor {}", place_of(row, layer), name),
                     row.tied_to.empty()
                         ? "take all files of the model"
                         : "set tie_word_embeddings to true in config.json if the embedding stands in");
  }
  merge::Shape expected;
  for (const std::string& expression : row.shape)
    expected.push_back(evaluate(expression, dimensions_of(shape)).value_or(0));
  if (tensor->shape != expected) {
    throw InputError(
        where,
        fmt::format("{}: file has {}, {} expects [{}] = {}", place_of(row, layer), merge::text(tensor->shape),
                    architecture.family, fmt::join(row.shape, ", "), merge::text(expected)),
        "config.json and weights must be of one model");
  }
  if (!is_float(tensor->dtype)) {
    throw InputError(
        where,
        fmt::format("{} is stored as {}, expected F32, BF16, F16 or F64", name, tsugi::name(tensor->dtype)),
        "dequantise the model first");
  }
}

// A tensor that the decoder would pass over in silence is a model that it does not run.
void check_no_others(const Architecture& architecture, const ModelShape& shape,
                     const merge::Checkpoint& checkpoint) {
  std::set<std::string> known;
  for (const auto* rows : {&architecture.before, &architecture.after}) {
    for (const ArchitectureRow& row : *rows) known.insert(row.name);
  }
  for (const ArchitectureRow& row : architecture.each_layer) {
    for (std::size_t i = 0; i < shape.layers; ++i) known.insert(tensor_name(row, i));
  }
  for (const merge::TensorView& tensor : checkpoint.tensors()) {
    if (known.contains(tensor.name) || is_recomputed_buffer(tensor.name)) continue;
    throw InputError(
        checkpoint.folder().string(),
        fmt::format("{} has no place in {} with {} layers", tensor.name, architecture.family, shape.layers),
        "score it with a command scorer, or remove the tensor");
  }
}

}  // namespace

std::string tensor_name(const ArchitectureRow& row, std::size_t layer) {
  constexpr std::string_view kLayer = "{i}";
  std::string name = row.name;
  const std::size_t at = name.find(kLayer);
  return at == std::string::npos ? name : name.replace(at, kLayer.size(), std::to_string(layer));
}

bool is_recomputed_buffer(std::string_view name) {
  constexpr std::string_view kFrequencies = ".rotary_emb.inv_freq";  // transformers before 4.32 saved it
  return name.size() > kFrequencies.size() && name.substr(name.size() - kFrequencies.size()) == kFrequencies;
}

ModelShape model_shape(const Architecture& architecture, const merge::ModelConfig& config) {
  check_traits(architecture, config);
  check_rope(config);
  const Dimensions dimensions = resolve_dimensions(architecture, config);
  const auto of = [&](const char* dimension) {
    const auto found = dimensions.find(dimension);
    if (found != dimensions.end()) return found->second;
    throw InputError(architecture.family, fmt::format("the architecture names no dimension {}", dimension),
                     "add it under dims");
  };
  ModelShape shape;
  shape.hidden = of("hidden");
  shape.heads = of("heads");
  shape.kv_heads = of("kv");
  shape.head = of("head");
  shape.ffn = of("ffn");
  shape.vocabulary = of("vocab");
  const std::optional<std::size_t> layers = whole_number(config, architecture.layers);
  shape.layers = layers ? *layers : config.layers();
  const std::optional<std::size_t> positions = whole_number(config, "max_position_embeddings");
  if (!positions)
    refuse(config, "no number max_position_embeddings", "take the config.json that came with the model");
  shape.max_positions = *positions;
  // Without an own row for the head there is only the embedding; transformers' default for the key is false.
  shape.tied = find_role(architecture.after, "unembed") == nullptr || config.tied().value_or(false);
  shape.norm_eps = static_cast<float>(real_number(config, "rms_norm_eps"));
  shape.rope_theta = config.rope_theta();
  check_consistent(shape, config);
  return shape;
}

void check_shapes(const Architecture& architecture, const ModelShape& shape,
                  const merge::Checkpoint& checkpoint) {
  for (const auto* rows : {&architecture.before, &architecture.after}) {
    for (const ArchitectureRow& row : *rows) {
      if (shape.tied && !row.tied_to.empty()) continue;  // absent, or passed over as transformers does
      check_row(architecture, row, std::nullopt, shape, checkpoint);
    }
  }
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    for (const ArchitectureRow& row : architecture.each_layer)
      check_row(architecture, row, layer, shape, checkpoint);
  }
  check_no_others(architecture, shape, checkpoint);
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
