// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "merge/plan/names.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kText = "text_decoder";
constexpr const char* kVision = "vision_tower";
constexpr const char* kProjector = "multi_modal_projector";

// "visual" in "model.visual.blocks.0.norm1.weight".
bool has_part(std::string_view name, std::string_view part) {
  for (std::size_t at = name.find(part); at != std::string_view::npos; at = name.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    if ((at == 0 || name[at - 1] == '.') && (end == name.size() || name[end] == '.')) return true;
  }
  return false;
}

template <std::size_t N>
bool has_any(std::string_view name, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return has_part(name, part); });
}

// Qwen's vision towers hold their projector as `visual.merger`.
std::string_view multimodal_module(std::string_view name) {
  constexpr std::array<std::string_view, 4> kProjectors{"multi_modal_projector", "mm_projector", "connector",
                                                        "merger"};
  constexpr std::array<std::string_view, 3> kTowers{"vision_tower", "vision_model", "visual"};
  if (has_any(name, kProjectors)) return kProjector;
  return has_any(name, kTowers) ? kVision : kText;
}

std::string_view encoder_decoder_module(std::string_view name) {
  if (has_part(name, "encoder")) return "encoder";
  return has_part(name, "shared") ? "shared" : "decoder";
}

std::string_view module_of(bool encoder_decoder, std::string_view name) {
  return encoder_decoder ? encoder_decoder_module(name) : multimodal_module(name);
}

// mergekit's definitions say vision_model for Llama 4 and vision_tower elsewhere.
std::string canonical(std::string_view module) {
  return module == "vision_model" ? kVision : std::string(module);
}

// Where T5, BART, Whisper and their kin keep the layers of a side. Without a number of its own T5's decoder
// has as many as its encoder; BART and Whisper repeat the encoder's under the common name.
bool set_side_layers(ModelConfig& config, bool encoder, std::size_t layers) {
  const char* own = encoder ? "encoder_layers" : "decoder_layers";
  if (config.find(own) != nullptr) {
    config.set(own, layers);
    if (encoder && config.find("num_hidden_layers") != nullptr) config.set("num_hidden_layers", layers);
    return true;
  }
  const Json* common = config.find("num_layers");
  if (common == nullptr) return false;
  if (config.find("num_decoder_layers") == nullptr) config.set("num_decoder_layers", Json(*common));
  config.set(encoder ? "num_layers" : "num_decoder_layers", layers);
  return true;
}

}  // namespace

bool is_encoder_decoder(const ModelConfig& config) {
  const Json* flag = config.find("is_encoder_decoder");
  return flag != nullptr && *flag == true;
}

bool is_language_model(std::string_view module) {
  return module == "default" || module == kText;
}

std::vector<std::string> modules_of(const Checkpoint& checkpoint) {
  const bool encoder_decoder = is_encoder_decoder(checkpoint.config());
  std::vector<std::string> found;
  for (const TensorView& tensor : checkpoint.tensors()) {
    std::string module(module_of(encoder_decoder, tensor.name));
    if (std::find(found.begin(), found.end(), module) == found.end()) found.push_back(std::move(module));
  }
  std::sort(found.begin(), found.end());
  if (found == std::vector<std::string>{kText}) return {"default"};
  return found;
}

std::function<bool(std::string_view)> tensors_of(const Checkpoint& checkpoint, std::string_view module) {
  if (module == "default") return [](std::string_view) { return true; };
  return [encoder_decoder = is_encoder_decoder(checkpoint.config()), wanted = canonical(module)](
             std::string_view name) { return module_of(encoder_decoder, name) == wanted; };
}

std::size_t module_layers(const Checkpoint& checkpoint, std::string_view module) {
  if (is_language_model(module)) return checkpoint.config().layers();
  return deepest_stack(checkpoint.tensors(), tensors_of(checkpoint, module));
}

void set_module_layers(ModelConfig& config, const std::string& module, std::size_t layers,
                       const Mark& place) {
  const bool encoder = module == "encoder";
  if ((encoder || module == "decoder") && set_side_layers(config, encoder, layers)) return;
  constexpr std::array kKeys{"num_hidden_layers", "depth"};
  const Json* found = canonical(module) == kVision ? config.find("vision_config") : nullptr;
  if (found != nullptr && found->is_object()) {
    Json vision = *found;
    for (const char* key : kKeys) {
      if (!vision.contains(key)) continue;
      vision[key] = layers;
      config.set("vision_config", std::move(vision));
      return;
    }
  }
  throw InputError(place,
                   fmt::format("slices of module '{}' change its number of layers, and where {} keeps that "
                               "number is not known",
                               module, config.file()),
                   "merge this module under models");
}

std::size_t layers_of(const recipes::Module& module) {
  std::size_t layers = 0;
  for (const recipes::Slice& slice : module.slices) {
    const recipes::SliceSource& first = slice.sources.front();
    layers += static_cast<std::size_t>(first.end - first.begin);
  }
  return layers;
}

void check_modules(const recipes::Recipe& recipe, const Checkpoint& checkpoint) {
  const std::vector<std::string> known = modules_of(checkpoint);
  std::vector<std::string> given;
  for (const recipes::Module& module : recipe.modules) {
    const std::string name = canonical(module.name);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw InputError(
          module.mark,
          fmt::format("module '{}', which {} does not have", module.name, checkpoint.folder().string()),
          suggestion(module.name, known));
    }
    if (std::find(given.begin(), given.end(), name) != given.end()) {
      throw InputError(module.mark, fmt::format("module '{}' for the second time", module.name),
                       "keep one of the two");
    }
    given.push_back(name);
  }
  for (const std::string& module : known) {
    if (std::find(given.begin(), given.end(), module) != given.end()) continue;
    throw InputError(
        recipe.modules.front().mark,
        fmt::format("modules leave out '{}', so its tensors would be missing in the output", module),
        "add it, for example with models: and the one model it is to come from");
  }
}

recipes::Recipe recipe_of(const recipes::Recipe& recipe, const recipes::Module& module) {
  recipes::Recipe own = recipe;
  own.modules.clear();
  own.models = module.models;
  own.slices = module.slices;
  own.parameters = module.parameters;
  for (const auto& [name, setting] : recipe.parameters) {
    const auto [place, fresh] = own.parameters.emplace(name, setting);
    if (fresh) continue;
    auto& conditions = place->second.conditions;
    conditions.insert(conditions.end(), setting.conditions.begin(), setting.conditions.end());
  }
  return own;
}

}  // namespace tsugi::merge
