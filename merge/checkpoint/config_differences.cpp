// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What two configurations compute differently although their tensors have the same shapes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "merge/checkpoint/config.h"
#include "merge/checkpoint/json.h"
#include "merge/checkpoint/rope.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

// A setting, the keys it goes by, and what loaders assume without one ("absent" where families differ in
// that). Files of transformers 5 spell out defaults that files of 4 leave away.
struct Setting {
  std::string_view name;
  std::vector<std::string> keys;
  Json standard;
};

const Json kAbsent = "absent";

const std::vector<Setting>& settings() {
  static const std::vector<Setting> kSettings{
      {"partial_rotary_factor", {"partial_rotary_factor", "rotary_pct"}, kAbsent},
      {"norm_eps", {"rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_eps"}, kAbsent},
      {"activation", {"hidden_activation", "hidden_act", "activation_function"}, kAbsent},
      {"attention_bias", {"attention_bias"}, false},
      {"mlp_bias", {"mlp_bias"}, false},
      {"attn_logit_softcapping", {"attn_logit_softcapping"}, kAbsent},
      {"final_logit_softcapping", {"final_logit_softcapping"}, kAbsent},
      {"query_pre_attn_scalar", {"query_pre_attn_scalar"}, kAbsent},
      {"logit_scale", {"logit_scale"}, kAbsent},
      {"use_parallel_residual", {"use_parallel_residual"}, kAbsent},
      {"norm_topk_prob", {"norm_topk_prob"}, kAbsent},
      {"scoring_func", {"scoring_func"}, kAbsent},
      {"num_experts_per_tok", {"num_experts_per_tok"}, kAbsent},
      {"embedding_multiplier", {"embedding_multiplier"}, 1.0},
      {"residual_multiplier", {"residual_multiplier"}, 1.0},
      {"attention_multiplier", {"attention_multiplier"}, kAbsent},
      {"logits_scaling", {"logits_scaling"}, 1.0},
      {"layer_types", {"layer_types"}, kAbsent},
  };
  return kSettings;
}

Json value_of(const ModelConfig& config, const Setting& setting) {
  for (const std::string& key : setting.keys) {
    if (const Json* value = config.find(key)) return *value;
  }
  return setting.standard;
}

// Width of a head: stated, or what every loader computes without the key.
Json head_dim(const ModelConfig& config) {
  if (const auto stated = config.number("head_dim")) return *stated;
  const auto hidden = config.number("hidden_size");
  const auto heads = config.number("num_attention_heads");
  return hidden && heads && *heads > 0 ? Json(*hidden / *heads) : kAbsent;
}

bool all_full(const Json& types) {
  return types.is_array() &&
         std::all_of(types.begin(), types.end(), [](const Json& type) { return type == "full_attention"; });
}

// The width that is in force: files state one beside the switch that turns it off.
Json window(const ModelConfig& config) {
  const Json* on = config.find("use_sliding_window");
  const Json* types = config.find("layer_types");
  const Json* width = config.find("sliding_window");
  const bool off = (on != nullptr && *on == false) || (types != nullptr && all_full(*types));
  return width == nullptr || off ? Json("none") : *width;
}

// transformers 5 moved the share of rotated dimensions into rope_parameters.
Json rotary_share(const ModelConfig& config, const Setting& setting) {
  const Json* rope = config.find("rope_parameters");
  if (rope != nullptr && rope->is_object() && rope->contains("partial_rotary_factor")) {
    return rope->at("partial_rotary_factor");
  }
  return value_of(config, setting);
}

std::map<std::string, Json> meaning(const ModelConfig& config) {
  std::map<std::string, Json> out;
  for (const Setting& setting : settings()) {
    const bool share = setting.name == "partial_rotary_factor";
    out.emplace(setting.name, share ? rotary_share(config, setting) : value_of(config, setting));
  }
  // A list of nothing but the ordinary kind says what its absence says.
  if (all_full(out.at("layer_types"))) out["layer_types"] = kAbsent;
  out["head_dim"] = head_dim(config);
  out["sliding_window"] = window(config);
  const Json ropes = normalised_rope(config);
  for (const auto& [layers, rope] : ropes.items()) {
    for (const auto& [key, value] : rope.items()) {
      out[layers.empty() ? "rope." + key : fmt::format("rope.{}.{}", layers, key)] = value;
    }
  }
  return out;
}

std::string model_name(const ModelConfig& config) {
  const std::filesystem::path folder = std::filesystem::path(config.file()).parent_path();
  return folder.empty() ? config.file() : folder.string();
}

// "full_attention, full_attention, …" of 80 layers would drown the line it stands in.
std::string shown(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  const std::string safe = cited(text);
  return safe.substr(1, safe.size() - 2);
}

}  // namespace

std::vector<std::string> semantic_differences(const ModelConfig& a, const ModelConfig& b) {
  std::map<std::string, Json> left = meaning(a);
  std::map<std::string, Json> right = meaning(b);
  for (const auto& entry : left) right.emplace(entry.first, kAbsent);
  std::vector<std::string> lines;
  for (const auto& [key, second] : right) {
    const Json& first = left.emplace(key, kAbsent).first->second;
    if (first == second) continue;
    lines.push_back(fmt::format("{}: {} ({}) and {} ({})", key, shown(first), model_name(a), shown(second),
                                model_name(b)));
  }
  return lines;
}

}  // namespace tsugi::merge
