// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/peft_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "merge/adapter/module_pattern.h"
#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMergeWithPeft = "merge it with PEFT (merge_and_unload) and pass the result";
constexpr double kLargestRank = 1'000'000;  // far above every matrix

// What has no part in a merge: how it was trained, or what the tensors say better.
constexpr std::array<std::string_view, 21> kInformative{
    "peft_type",          "task_type",      "auto_mapping",    "peft_version",        "inference_mode",
    "revision",           "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern",
    "lora_dropout",       "bias",           "megatron_config", "megatron_core",       "loftq_config",
    "eva_config",         "corda_config",   "lora_ga_config",  "runtime_config",      "qalora_group_size",
    "ensure_weight_tying"};

// Set to anything but null, false or empty, these are more than W + s B A.
constexpr std::array<std::string_view, 10> kRefused{"layer_replication",
                                                    "target_parameters",
                                                    "alora_invocation_tokens",
                                                    "use_qalora",
                                                    "use_bdlora",
                                                    "arrow_config",
                                                    "kasa_config",
                                                    "monteclora_config",
                                                    "velora_config",
                                                    "trainable_token_indices"};

bool is_set(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  return !value.is_null() && !value.empty();
}

}  // namespace

struct PeftConfig::Pattern {
  Pattern(const std::string& key, double number, const std::string& where)
      : pattern(key, where), value(number) {}
  ModulePattern pattern;
  double value;
};

class PeftConfig::Reader {
 public:
  Reader(const std::filesystem::path& file, std::vector<std::string>& notes)
      : document_(read_ordered_json(file)), notes_(notes) {
    config_.file_ = file.string();
  }

  PeftConfig read() {
    if (!document_.is_object()) refuse("is not an object", "download the adapter again");
    check_kind();
    config_.rank_ = number("r", config_.rank_);
    check_rank("r", config_.rank_);
    config_.alpha_ = number("lora_alpha", config_.alpha_);
    config_.ranks_ = patterns("rank_pattern");
    for (const auto& rank : config_.ranks_) check_rank("rank_pattern", rank->value);
    config_.alphas_ = patterns("alpha_pattern");
    config_.rslora_ = flag("use_rslora");
    config_.fan_in_fan_out_ = flag("fan_in_fan_out");
    config_.dora_ = flag("use_dora");
    config_.lora_bias_ = flag("lora_bias");
    read_modules_to_save();
    if (const Json* base = find("base_model_name_or_path"); base != nullptr && base->is_string()) {
      config_.base_name_ = base->get<std::string>();
    }
    note_unknown();
    return std::move(config_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, std::string_view cure) const {
    throw InputError(config_.file_, what, cure);
  }

  const Json* find(std::string_view key) {
    known_.insert(std::string(key));
    const auto found = document_.find(std::string(key));
    return found == document_.end() || found->is_null() ? nullptr : &*found;
  }

  void check_kind() {
    const Json* type = find("peft_type");
    if (type == nullptr || *type != "LORA") {
      refuse(fmt::format("peft_type is {}, only LORA (with DoRA and rsLoRA) is applied",
                         type == nullptr ? "missing" : cited(type->dump())),
             kMergeWithPeft);
    }
    for (const std::string_view key : kRefused) {
      const Json* value = find(key);
      if (value != nullptr && is_set(*value)) {
        refuse(fmt::format("{} is set, which is more than a sum for each layer", key), kMergeWithPeft);
      }
    }
    const Json* start = find("init_lora_weights");
    if (start == nullptr || !start->is_string()) return;
    static constexpr std::array<std::string_view, 4> kPlain{"gaussian", "eva", "orthogonal", "mica"};
    const std::string name = start->get<std::string>();
    if (std::find(kPlain.begin(), kPlain.end(), name) != kPlain.end()) return;
    refuse(fmt::format("init_lora_weights is {}, so the training changed the base too", cited(name)),
           "save it with PEFT's path_initial_model_for_weight_conversion and pass that adapter");
  }

  double number(std::string_view key, double otherwise) {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_number()) refuse_value(key, *value, "a number");
    return value->get<double>();
  }

  bool flag(std::string_view key) {
    const Json* value = find(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) refuse_value(key, *value, "true or false");
    return value->get<bool>();
  }

  void check_rank(std::string_view key, double value) const {
    if (value >= 1 && value <= kLargestRank && value == std::floor(value)) return;
    refuse(fmt::format("{} is {}, expected a positive integer", key, value), "correct adapter_config.json");
  }

  std::vector<std::shared_ptr<const Pattern>> patterns(std::string_view key) {
    std::vector<std::shared_ptr<const Pattern>> result;
    const Json* object = find(key);
    if (object == nullptr) return result;
    if (!object->is_object()) refuse_value(key, *object, "an object of numbers");
    for (const auto& [pattern, value] : object->items()) {
      if (!value.is_number()) refuse_value(key, value, "an object of numbers");
      result.push_back(std::make_shared<Pattern>(pattern, value.get<double>(), config_.file_));
    }
    return result;
  }

  void read_modules_to_save() {
    const Json* names = find("modules_to_save");
    if (names == nullptr) return;
    if (!names->is_array()) refuse_value("modules_to_save", *names, "a list of names");
    for (const Json& name : *names) {
      if (!name.is_string()) refuse_value("modules_to_save", *names, "a list of names");
      config_.modules_to_save_.push_back(name.get<std::string>());
    }
  }

  [[noreturn]] void refuse_value(std::string_view key, const Json& value, std::string_view expected) const {
    refuse(fmt::format("{} is {}, expected {}", key, cited(value.dump()), expected),
           "correct adapter_config.json");
  }

  // PEFT adds fields often, most of them about training.
  void note_unknown() {
    for (const auto& [key, value] : document_.items()) {
      if (known_.count(key) != 0 || !is_set(value)) continue;
      if (std::find(kInformative.begin(), kInformative.end(), key) != kInformative.end()) continue;
      notes_.push_back(fmt::format("{}: {} is not known here and is not used", config_.file_, cited(key)));
    }
  }

  Json document_;
  std::vector<std::string>& notes_;
  std::set<std::string> known_;
  PeftConfig config_;
};

PeftConfig PeftConfig::read(const std::filesystem::path& file, std::vector<std::string>& notes) {
  return Reader(file, notes).read();
}

std::size_t PeftConfig::rank(const std::string& module) const {
  for (const auto& rank : ranks_) {
    if (rank->pattern.matches(module)) return static_cast<std::size_t>(rank->value);
  }
  return static_cast<std::size_t>(rank_);
}

double PeftConfig::scale(const std::string& module) const {
  double alpha = alpha_;
  for (const auto& entry : alphas_) {
    if (!entry->pattern.matches(module)) continue;
    alpha = entry->value;
    break;
  }
  const auto size = static_cast<double>(rank(module));
  return alpha / (rslora_ ? std::sqrt(size) : size);
}

}  // namespace tsugi::merge
