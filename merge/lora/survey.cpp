// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/lora/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "merge/look/model_diff.h"
#include "merge/look/value_scan.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

// "a.b.weight" -> "a.b" and "weight".
std::pair<std::string, std::string> split(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return {"", name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

bool is_parameter(const std::string& last) {
  return last == "weight" || last == "bias";
}

// Modules whose weight is looked up, not multiplied; by the last part of their names in transformers' models.
bool is_embedding(const std::string& module) {
  constexpr std::array<std::string_view, 12> kNames{"embed_tokens",
                                                    "wte",
                                                    "wpe",
                                                    "word_embeddings",
                                                    "position_embeddings",
                                                    "token_type_embeddings",
                                                    "embed_in",
                                                    "tok_embeddings",
                                                    "embed_positions",
                                                    "shared",
                                                    "tokens_embed",
                                                    "positions_embed"};
  const std::string last = split(module).second;
  return std::find(kNames.begin(), kNames.end(), last) != kNames.end();
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

class Surveyor {
 public:
  Surveyor(const Checkpoint& tuned, const Checkpoint& base) : tuned_(tuned), base_(base) {
    for (const TensorView& tensor : tuned.tensors()) {
      const auto [module, last] = split(tensor.name);
      if (is_parameter(last)) modules_[module].push_back(&tensor);
    }
  }

  LoraSurvey survey() {
    diff_ = diff_models(base_, tuned_, nullptr);
    refuse_bad_values();
    other_shapes();
    for (const TensorDiff& tensor : diff_.tensors) {
      if (tensor.sums.pair.changed > 0) sort_out(tensor);
    }
    biases();
    widen_saved();
    for (const std::string& module : saved_) {
      result_.saved_modules.push_back(module);
      for (const TensorView* tensor : modules_[module]) result_.whole.push_back({tensor->name, tensor});
    }
    name_targets();
    tell();
    if (result_.factors.empty()) {
      throw InputError(tuned_.folder().string(),
                       fmt::format("no matrix differs from those of {}", base_.folder().string()),
                       "give the tuned model first and the model it was tuned from as --base");
    }
    return std::move(result_);
  }

 private:
  void refuse_bad_values() const {
    for (const TensorDiff& tensor : diff_.tensors) {
      if (tensor.sums.pair.bad == 0) continue;
      for (const Checkpoint* model : {&tuned_, &base_}) {
        const ValueSums sums = scan_values(*model->find(tensor.name));
        if (sums.bad() == 0) continue;
        throw InputError(model->folder().string(),
                         fmt::format("tensor '{}': {}", tensor.name, bad_values_text(sums, tensor.shape)),
                         "use a checkpoint whose weights are finite numbers");
      }
    }
  }

  // Only a vocabulary may have another size: such tensors are saved whole.
  void other_shapes() {
    for (const TensorView& tensor : tuned_.tensors()) {
      const TensorView* base = base_.find(tensor.name);
      if (base == nullptr || base->shape == tensor.shape) continue;
      const std::string module = split(tensor.name).first;
      const bool rows_only =
          tensor.shape.size() == 2 && base->shape.size() == 2 && tensor.shape[1] == base->shape[1];
      const bool of_vocabulary =
          is_embedding(module) || ends_with(module, "lm_head") || ends_with(module, "embed_out");
      if (!rows_only || !of_vocabulary) {
        throw InputError(tuned_.folder().string(),
                         fmt::format("tensor '{}' is {} and {} in {}", tensor.name, text(tensor.shape),
                                     text(base->shape), base_.folder().string()),
                         "give the model that it was tuned from as --base");
      }
      saved_.insert(module);
      result_.notes.push_back(fmt::format(
          "'{}' has {} rows and {} in the base: it is saved whole; resize the base's embeddings to {} before "
          "loading the adapter",
          tensor.name, tensor.shape[0], base->shape[0], tensor.shape[0]));
    }
  }

  void sort_out(const TensorDiff& tensor) {
    const auto [module, last] = split(tensor.name);
    const bool matrix = tensor.shape.size() == 2 && last == "weight" && !module.empty();
    if (matrix) {
      const FactorKind kind = is_embedding(module)                 ? FactorKind::embedding
                              : is_conv1d(tuned_.config(), module) ? FactorKind::conv1d
                                                                   : FactorKind::linear;
      result_.factors.push_back({.module = module,
                                 .kind = kind,
                                 .tuned = tuned_.find(tensor.name),
                                 .base = base_.find(tensor.name)});
      factorised_.insert(module);
    } else if (is_parameter(last) && !module.empty()) {
      if (last == "bias") {
        changed_biases_.push_back(module);
      } else {
        saved_.insert(module);
      }
    } else {
      result_.left_out.push_back(
          {tensor.name, "it is a parameter of its own, and adapters hold modules: no '.weight' or '.bias'"});
    }
  }

  // A bias goes with its factorised module; of any other module everything is saved.
  void biases() {
    for (const std::string& module : changed_biases_) {
      if (factorised_.count(module) == 0) {
        saved_.insert(module);
        continue;
      }
      result_.biases = true;
      result_.whole.push_back(
          {fmt::format("{}.base_layer.bias", module), tuned_.find(fmt::format("{}.bias", module))});
    }
  }

  // PEFT saves every module whose name ends like an entry: those that do must be in the file too.
  void widen_saved() {
    const std::set<std::string> named = saved_;
    for (const std::string& entry : named) {
      for (const auto& [module, tensors] : modules_) {
        if (!ends_with(module, entry) || saved_.count(module) > 0) continue;
        if (factorised_.count(module) > 0) {
          throw InputError(
              tuned_.folder().string(),
              fmt::format("module '{}' is to be saved whole, and '{}' ends in its name", entry, module),
              "PEFT cannot tell them apart; there is no adapter for such a pair");
        }
        saved_.insert(module);
      }
    }
  }

  // "q_proj" where every matrix of that name is factorised, else whole names.
  void name_targets() {
    std::map<std::string, bool> all_of;
    for (const auto& [module, tensors] : modules_) {
      const bool in = factorised_.count(module) > 0;
      const auto [place, added] = all_of.emplace(split(module).second, in);
      if (!added) place->second = place->second && in;
    }
    std::set<std::string> targets;
    for (const std::string& module : factorised_) {
      const std::string last = split(module).second;
      targets.insert(all_of[last] ? last : module);
    }
    result_.target_modules.assign(targets.begin(), targets.end());
  }

  void tell() {
    for (const std::string& name : diff_.only_b)
      result_.left_out.push_back({name, "the base has no such tensor, and an adapter cannot add one"});
    for (const std::string& name : diff_.whole_numbers)
      result_.left_out.push_back({name, "it holds no floating-point numbers"});
    for (const std::string& name : diff_.only_a)
      result_.notes.push_back(fmt::format("'{}' is only in the base and stays as it is", name));
    const bool embeds = std::any_of(result_.factors.begin(), result_.factors.end(),
                                    [](const auto& task) { return task.kind == FactorKind::embedding; });
    if (embeds && tuned_.config().tied().value_or(false)) {
      result_.notes.emplace_back(
          "the head is tied to the embedding: its change reaches the head when the adapter is merged, and "
          "not while it runs beside the base");
    }
  }

  const Checkpoint& tuned_;
  const Checkpoint& base_;
  std::map<std::string, std::vector<const TensorView*>> modules_;  // with their weights and biases
  ModelDiff diff_;
  std::set<std::string> factorised_;
  std::set<std::string> saved_;
  std::vector<std::string> changed_biases_;
  LoraSurvey result_;
};

}  // namespace

std::string_view name(FactorKind kind) {
  return kind == FactorKind::conv1d ? "conv1d" : kind == FactorKind::embedding ? "embedding" : "linear";
}

bool is_conv1d(const ModelConfig& config, const std::string& module) {
  constexpr std::array<std::string_view, 4> kFamilies{"gpt2", "openai-gpt", "imagegpt",
                                                      "decision_transformer"};
  constexpr std::array<std::string_view, 4> kNames{"c_attn", "c_proj", "c_fc", "q_attn"};
  const std::string family = config.text("model_type").value_or("");
  const std::string last = split(module).second;
  return std::find(kFamilies.begin(), kFamilies.end(), family) != kFamilies.end() &&
         std::find(kNames.begin(), kNames.end(), last) != kNames.end();
}

LoraSurvey survey_lora(const Checkpoint& tuned, const Checkpoint& base) {
  return Surveyor(tuned, base).survey();
}

}  // namespace tsugi::merge
