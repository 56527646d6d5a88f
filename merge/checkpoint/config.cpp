// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/rope.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

// The last is all that an encoder-decoder may have: Whisper, BART.
constexpr std::array kLayerKeys{"num_hidden_layers", "n_layer", "num_layers", "n_layers", "decoder_layers"};
constexpr std::array kDTypeKeys{"dtype", "torch_dtype"};  // in the order of reading

// Where multimodal configurations keep their language model; thinker_config nests once more.
constexpr std::array kTextParts{"/text_config", "/llm_config", "/language_config",
                                "/thinker_config/text_config"};

bool writes_dtype(const Json& document) {
  if (document.contains("rope_parameters")) return true;
  int major = 0;
  int minor = 0;
  const auto version = document.find("transformers_version");
  if (version == document.end() || !version->is_string()) return false;
  if (std::sscanf(version->get_ref<const std::string&>().c_str(), "%d.%d", &major, &minor) != 2) return false;
  return std::pair(major, minor) >= std::pair(4, 56);  // the release that renamed torch_dtype
}

template <class Document>
auto levels_of(Document& document) {
  std::vector<decltype(&document)> found{&document};
  for (const char* part : kTextParts) {
    const Json::json_pointer place(part);
    if (document.contains(place) && document.at(place).is_object()) {
      found.push_back(&document.at(place));
      break;
    }
  }
  return found;
}

}  // namespace

ModelConfig ModelConfig::read(const std::filesystem::path& file, std::vector<std::string>* notes) {
  bool had_bom = false;
  Json document = read_ordered_json(file, &had_bom);
  if (had_bom && notes != nullptr)
    notes->push_back(file.string() + ": begins with a UTF-8 byte order mark, skipped");
  return {std::move(document), file.string()};
}

ModelConfig::ModelConfig(Json document, std::string file)
    : document_(std::move(document)), file_(std::move(file)) {
  if (!document_.is_object()) {
    throw InputError(file_, "is not a JSON object", "pass a model folder with its own config.json");
  }
  const Json* classes = find("architectures");
  const bool one =
      classes != nullptr && classes->is_array() && classes->size() == 1 && (*classes)[0].is_string();
  if (one) return;
  const std::string seen = classes == nullptr ? "missing" : cited(classes->dump());
  throw InputError(file_, fmt::format("architectures is {}, expected a list of exactly one class name", seen),
                   "complete config.json, for example \"architectures\": [\"LlamaForCausalLM\"]");
}

std::vector<Json*> ModelConfig::levels() {
  return levels_of(document_);
}
std::vector<const Json*> ModelConfig::levels() const {
  return levels_of(document_);
}

const Json* ModelConfig::find(const std::string& key) const {
  for (const Json* level : levels()) {
    const auto found = level->find(key);
    if (found != level->end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

bool ModelConfig::has_null(const std::string& key) const {
  const auto all = levels();
  return find(key) == nullptr &&
         std::any_of(all.begin(), all.end(), [&](const Json* level) { return level->contains(key); });
}

std::optional<double> ModelConfig::number(const std::string& key) const {
  const Json* value = find(key);
  return value != nullptr && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

std::optional<std::string> ModelConfig::text(const std::string& key) const {
  const Json* value = find(key);
  return value != nullptr && value->is_string() ? std::optional(value->get<std::string>()) : std::nullopt;
}

std::string ModelConfig::architecture() const {
  return find("architectures")->at(0).get<std::string>();
}

std::size_t ModelConfig::layers() const {
  constexpr std::uint64_t kMost = 1'000'000;  // far above any model; keeps sums of layer numbers in range
  for (const char* key : kLayerKeys) {
    const Json* value = find(key);
    if (value == nullptr) continue;
    if (value->is_number_unsigned() && value->get<std::uint64_t>() <= kMost) return value->get<std::size_t>();
    throw InputError(file_, fmt::format("{} is {}, expected a number of layers", key, cited(value->dump())),
                     "correct config.json");
  }
  throw InputError(file_,
                   fmt::format("no number of layers: none of {} is there", fmt::join(kLayerKeys, ", ")),
                   "complete config.json");
}

std::optional<DType> ModelConfig::dtype() const {
  for (const char* key : kDTypeKeys) {
    const auto value = text(key);
    if (value && *value != "auto") return dtype_from_recipe(*value);
  }
  return std::nullopt;
}

std::optional<bool> ModelConfig::tied() const {
  const Json* value = find("tie_word_embeddings");
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  throw InputError(file_,
                   fmt::format("tie_word_embeddings is {}, expected true or false", cited(value->dump())),
                   "correct config.json");
}

std::string ModelConfig::rope_type() const {
  const Json rope = main_rope(*this);
  return rope.at("rope_type").get<std::string>();
}

double ModelConfig::rope_theta() const {
  const Json rope = main_rope(*this);
  return rope.at("rope_theta").get<double>();
}

void ModelConfig::set_dtype(DType type) {
  const std::string name(recipe_name(type));
  bool written = false;
  for (Json* level : levels()) {
    for (const char* key : kDTypeKeys) {
      if (!level->contains(key)) continue;
      (*level)[key] = name;
      written = true;
    }
  }
  if (!written) document_[writes_dtype(document_) ? "dtype" : "torch_dtype"] = name;
}

void ModelConfig::set_layers(std::size_t count) {
  bool written = false;
  for (Json* level : levels()) {
    for (const char* key : kLayerKeys) {
      if (!level->contains(key)) continue;
      (*level)[key] = count;
      written = true;
    }
  }
  if (!written) document_[kLayerKeys[0]] = count;
}

void ModelConfig::set_tied(bool tied) {
  // Loaders of multimodal models read the flag in either place.
  for (Json* level : levels()) (*level)["tie_word_embeddings"] = tied;
}

void ModelConfig::set(const std::string& key, Json value) {
  for (Json* level : levels()) {
    if (!level->contains(key)) continue;
    (*level)[key] = std::move(value);
    return;
  }
  document_[key] = std::move(value);
}

void ModelConfig::erase(const std::string& key) {
  for (Json* level : levels()) level->erase(key);
}

}  // namespace tsugi::merge
