// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/layer_kinds.h"

#include <fmt/format.h>

#include <algorithm>

#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;
using recipes::DecoderTraits;

constexpr std::string_view kFull = "full_attention";
constexpr std::string_view kSliding = "sliding_attention";

// A list of config.json over layers; null when absent.
const Json* layer_list(const merge::ModelConfig& config, const std::string& key, std::size_t layers) {
  const Json* list = config.find(key);
  if (list == nullptr || !list->is_array()) return nullptr;
  if (list->size() != layers) {
    throw InputError(config.file(), fmt::format("{} has {} entries for {} layers", key, list->size(), layers),
                     "give one entry a layer");
  }
  return list;
}

std::size_t number_or(const merge::ModelConfig& config, const std::string& key, std::size_t otherwise) {
  const Json* value = config.find(key);
  if (value != nullptr && *value == 0) return 0;
  return whole_number(config, key).value_or(otherwise);
}

class KindReader {
 public:
  KindReader(const DecoderTraits& traits, const ModelShape& shape, const merge::ModelConfig& config)
      : traits_(traits), shape_(shape), config_(config) {
    types_ = layer_list(config, "layer_types", shape.layers);
    const Json* use = config.find("use_sliding_window");
    const bool off = types_ == nullptr && use != nullptr && *use == false;
    if (!off) window_ = number_or(config, traits.window.empty() ? "sliding_window" : traits.window, 0);
    for (const std::string& key : traits.no_rope) {
      if (turns_ == nullptr) turns_ = layer_list(config, key, shape.layers);
    }
  }

  LayerKind read(std::size_t layer) const {
    LayerKind kind;
    const bool turns = has_rope(layer);
    const bool sliding = is_sliding(layer, turns);
    if (sliding) kind.window = window_;
    kind.rope = turns ? std::optional(rope_of(sliding ? kSliding : kFull)) : std::nullopt;
    kind.sparse = is_sparse(layer);
    return kind;
  }

 private:
  bool has_rope(std::size_t layer) const {
    if (shape_.learned_positions) return false;
    if (turns_ != nullptr) return turns_->at(layer) != 0;
    if (traits_.no_rope.empty()) return true;
    const std::size_t interval = number_or(config_, traits_.no_rope.back(), 0);
    return interval == 0 || (layer + 1) % interval != 0;
  }

  bool is_sliding(std::size_t layer, bool turns) const {
    if (types_ != nullptr) {
      const Json& type = types_->at(layer);
      if (type == kSliding || type == kFull) return type == kSliding;
      throw InputError(
          config_.file(), fmt::format("layer {} is of type {}", layer, type.dump()),
          "the decoder runs full_attention and sliding_attention; score it with a command scorer");
    }
    if (traits_.window.empty() || window_ == 0) return false;
    const std::string& rule = traits_.windowed;
    if (rule == "even") return layer % 2 == 0;
    if (rule == "pattern")
      return (layer + 1) % std::max<std::size_t>(1, number_or(config_, "sliding_window_pattern", 1)) != 0;
    if (rule == "upper") return layer >= number_or(config_, "max_window_layers", 0);
    if (rule == "even_lower") return layer % 2 == 0 && layer < number_or(config_, "max_window_layers", 0);
    if (rule == "unrotated") return !turns;
    return true;
  }

  std::size_t rope_of(std::string_view type) const {
    for (std::size_t i = 0; i < shape_.ropes.size(); ++i) {
      if (shape_.ropes[i].layer_type == type) return i;
    }
    return 0;
  }

  bool is_sparse(std::size_t layer) const {
    if (traits_.sparse == "none") return false;
    if (traits_.sparse == "all") return true;
    const Json* dense = config_.find("mlp_only_layers");
    if (dense != nullptr && dense->is_array() &&
        std::find(dense->begin(), dense->end(), Json(layer)) != dense->end())
      return false;
    return (layer + 1) % std::max<std::size_t>(1, number_or(config_, "decoder_sparse_step", 1)) == 0;
  }

  const DecoderTraits& traits_;
  const ModelShape& shape_;
  const merge::ModelConfig& config_;
  const Json* types_ = nullptr;
  const Json* turns_ = nullptr;
  std::size_t window_ = 0;
};

}  // namespace

std::vector<LayerKind> read_layer_kinds(const DecoderTraits& traits, const ModelShape& shape,
                                        const merge::ModelConfig& config) {
  const KindReader reader(traits, shape, config);
  std::vector<LayerKind> kinds;
  for (std::size_t layer = 0; layer < shape.layers; ++layer) kinds.push_back(reader.read(layer));
  const bool plain =
      std::all_of(kinds.begin(), kinds.end(), [](const LayerKind& kind) { return kind == LayerKind{}; });
  return plain ? std::vector<LayerKind>() : kinds;
}

}  // namespace tsugi::eval
