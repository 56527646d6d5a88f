// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/lora/adapter_config.h"

#include <algorithm>

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Keys of a pattern are regular expressions.
std::string escaped(const std::string& module) {
  std::string result;
  for (const char c : module) {
    if (c == '.') result += '\\';
    result += c;
  }
  return result;
}

// Null leaves PEFT's general wrapper, which fits any model.
Json task_type(const ModelConfig& config) {
  const std::string architecture = config.architecture();
  if (ends_with(architecture, "ForCausalLM") || ends_with(architecture, "LMHeadModel")) return "CAUSAL_LM";
  if (ends_with(architecture, "ForConditionalGeneration") && config.find("decoder_start_token_id") != nullptr)
    return "SEQ_2_SEQ_LM";
  return nullptr;
}

}  // namespace

Json adapter_config(const LoraSurvey& survey, const std::vector<ModuleRank>& ranks, const ModelConfig& config,
                    const std::string& base_name) {
  std::size_t largest = 0;
  for (const auto& [module, rank] : ranks) largest = std::max(largest, rank);
  Json pattern = Json::object();
  for (const auto& [module, rank] : ranks) {
    if (rank != largest) pattern[escaped(module)] = rank;
  }
  const bool transposed = std::any_of(survey.factors.begin(), survey.factors.end(),
                                      [](const auto& task) { return task.kind == FactorKind::conv1d; });
  Json saved = nullptr;
  if (!survey.saved_modules.empty()) saved = survey.saved_modules;
  return {{"peft_type", "LORA"},
          {"task_type", task_type(config)},
          {"base_model_name_or_path", base_name},
          {"revision", nullptr},
          {"inference_mode", true},
          {"r", largest},
          {"lora_alpha", largest},
          {"lora_dropout", 0.0},
          {"rank_pattern", pattern},
          {"alpha_pattern", pattern},
          {"target_modules", survey.target_modules},
          {"modules_to_save", saved},
          {"bias", survey.biases ? "lora_only" : "none"},
          {"fan_in_fan_out", transposed},
          {"init_lora_weights", true},
          {"use_rslora", false},
          {"use_dora", false}};
}

}  // namespace tsugi::merge
