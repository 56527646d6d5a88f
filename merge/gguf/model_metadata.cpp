// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/model_metadata.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/rope.h"
#include "merge/export/model_card.h"
#include "merge/version.h"
#include "recipes/error.h"

namespace tsugi::merge::gguf {
namespace {

using Json = nlohmann::ordered_json;

double number_of(const ModelConfig& config, const Json& rope, const char* key) {
  const auto found = rope.find(key);
  if (found != rope.end() && found->is_number()) return found->get<double>();
  throw InputError(config.file(), fmt::format("its rotary scaling has no number '{}'", key),
                   "take config.json from the model's original again");
}

std::uint32_t file_type(Storage type) {
  // llama.cpp's numbers of what most of a file is stored as.
  switch (type) {
    case Storage::F16:
      return 1;
    case Storage::Q8_0:
      return 7;
    case Storage::BF16:
      return 32;
    default:
      return 0;
  }
}

// Keys that begin with the architecture.
class Keys {
 public:
  Keys(Metadata& metadata, const Family& family, const ModelConfig& config)
      : metadata_(metadata), family_(family), config_(config) {}

  template <class Number>
  void add(std::string_view key, Number value) {
    metadata_.emplace_back(fmt::format("{}.{}", family_.id, key), value);
  }
  void count(std::string_view key, const std::string& from) {
    add(key, static_cast<std::uint32_t>(required_count(config_, from)));
  }
  void real_if_given(std::string_view key, const std::string& from) {
    if (const auto value = config_.number(from)) add(key, static_cast<float>(*value));
  }
  void count_if_given(std::string_view key, const std::string& from) {
    if (config_.number(from)) count(key, from);
  }

 private:
  Metadata& metadata_;
  const Family& family_;
  const ModelConfig& config_;
};

void add_rope(const ModelConfig& config, Keys& keys, Metadata& metadata, const Family& family) {
  const Json rope = main_rope(config);
  keys.add("rope.freq_base", static_cast<float>(number_of(config, rope, "rope_theta")));
  const std::string type = rope.value("rope_type", "default");
  if (type == "default" || type == "llama3") return;  // llama3: the tensor rope_freqs.weight
  if (type != "linear" && type != "yarn") {
    throw InputError(config.file(), fmt::format("rotary scaling '{}' cannot be written as GGUF", type),
                     "linear, yarn and llama3 can; write a folder and convert it with llama.cpp");
  }
  metadata.emplace_back(fmt::format("{}.rope.scaling.type", family.id), type);
  keys.add("rope.scaling.factor", static_cast<float>(number_of(config, rope, "factor")));
  if (type != "yarn") return;
  keys.add("rope.scaling.original_context_length",
           static_cast<std::uint32_t>(number_of(config, rope, "original_max_position_embeddings")));
  constexpr std::pair<const char*, const char*> kOptional[] = {
      {"attention_factor", "rope.scaling.yarn_attn_factor"},
      {"beta_fast", "rope.scaling.yarn_beta_fast"},
      {"beta_slow", "rope.scaling.yarn_beta_slow"}};
  for (const auto& [from, key] : kOptional) {
    if (rope.contains(from) && rope[from].is_number())
      keys.add(key, static_cast<float>(rope[from].get<double>()));
  }
}

void add_general(const MergePlan& plan, const Family& family, Storage type, const std::string& name,
                 Metadata& metadata) {
  constexpr std::uint32_t kQuantizationVersion = 2;  // ggml's GGML_QNT_VERSION
  metadata.emplace_back("general.architecture", std::string(family.id));
  metadata.emplace_back("general.type", std::string("model"));
  metadata.emplace_back("general.name", name);
  metadata.emplace_back("general.file_type", file_type(type));
  metadata.emplace_back("general.quantization_version", kQuantizationVersion);
  metadata.emplace_back("general.base_model.count", static_cast<std::uint32_t>(plan.inputs.size()));
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
    const std::string model = display_name(plan.inputs[i]->folder());
    metadata.emplace_back(fmt::format("general.base_model.{}.name", i), model);
  }
  metadata.emplace_back("tsugi.version", std::string(tool_version()));
}

}  // namespace

const Family& family_of(const ModelConfig& config) {
  const std::string hf_class = config.architecture();
  if (const Family* const family = family_of_class(hf_class)) return *family;
  std::string known;
  for (const Family& family : families()) {
    for (const std::string_view name : family.classes)
      known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
  }
  throw InputError(config.file(),
                   fmt::format("models of class {} cannot be written as GGUF", cited(hf_class)),
                   fmt::format("write a folder and convert it with llama.cpp; written here are {}", known));
}

std::size_t required_count(const ModelConfig& config, const std::string& key) {
  const std::optional<double> value = config.number(key);
  if (!value)
    throw InputError(config.file(), fmt::format("has no number '{}'", key),
                     "take the model's own config.json");
  constexpr double kMost = std::numeric_limits<std::uint32_t>::max();
  if (*value >= 1 && *value <= kMost && *value == std::floor(*value)) return static_cast<std::size_t>(*value);
  throw InputError(config.file(), fmt::format("'{}' is {}, expected a whole number above 0", key, *value),
                   "take the model's own config.json");
}

std::size_t head_width(const ModelConfig& config) {
  if (config.number("head_dim")) return required_count(config, "head_dim");
  return required_count(config, "hidden_size") / required_count(config, "num_attention_heads");
}

Metadata model_metadata(const MergePlan& plan, const Family& family, Storage type, const std::string& name) {
  const ModelConfig& config = plan.config;
  Metadata metadata;
  add_general(plan, family, type, name, metadata);
  Keys keys(metadata, family, config);
  keys.count("context_length", "max_position_embeddings");
  keys.count("embedding_length", "hidden_size");
  keys.add("block_count", static_cast<std::uint32_t>(config.layers()));
  keys.count("feed_forward_length", "intermediate_size");
  keys.count("attention.head_count", "num_attention_heads");
  keys.count("attention.head_count_kv",
             config.number("num_key_value_heads") ? "num_key_value_heads" : "num_attention_heads");
  keys.real_if_given("attention.layer_norm_rms_epsilon", "rms_norm_eps");
  const auto width = static_cast<std::uint32_t>(head_width(config));
  keys.add("attention.key_length", width);
  keys.add("attention.value_length", width);
  add_rope(config, keys, metadata, family);
  if (family.paired_rope) {
    keys.add("rope.dimension_count", width);
    keys.count("vocab_size", "vocab_size");
  }
  if (family.four_norms) {
    keys.real_if_given("attn_logit_softcapping", "attn_logit_softcapping");
    keys.real_if_given("final_logit_softcapping", "final_logit_softcapping");
    keys.count_if_given("attention.sliding_window", "sliding_window");
  }
  return metadata;
}

std::vector<float> rope_factors(const ModelConfig& config) {
  const Json rope = main_rope(config);
  if (rope.value("rope_type", "default") != "llama3") return {};
  const double base = number_of(config, rope, "rope_theta");
  const double factor = number_of(config, rope, "factor");
  const double low = number_of(config, rope, "low_freq_factor");
  const double high = number_of(config, rope, "high_freq_factor");
  const double context = number_of(config, rope, "original_max_position_embeddings");
  const std::size_t width = head_width(config);
  std::vector<float> factors;
  for (std::size_t i = 0; i < width / 2; ++i) {
    const double wave =
        2 * std::numbers::pi * std::pow(base, 2 * static_cast<double>(i) / static_cast<double>(width));
    double divisor = 1;
    if (wave > context / low) {
      divisor = factor;
    } else if (wave >= context / high) {
      const double smooth = (context / wave - low) / (high - low);
      divisor = 1 / ((1 - smooth) / factor + smooth);
    }
    factors.push_back(static_cast<float>(divisor));
  }
  return factors;
}

}  // namespace tsugi::merge::gguf
