// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/consistency.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::string_view kUseOriginal = "use the original, unquantised weights";

// Names that only quantised checkpoints have, and whose they are.
struct QuantisedName {
  std::string_view ending;
  std::string_view what;
};
constexpr std::string_view kPacked = "packed integers, as GPTQ and AWQ write them";
constexpr std::string_view kCodes = "codes, as bitsandbytes writes them";
constexpr std::string_view kBlocks = "4-bit floats in blocks";
constexpr std::string_view kScaled = "a scale whose weight is not F8 beside it";
constexpr std::array kQuantisedNames{
    QuantisedName{".qweight", kPacked},       QuantisedName{".qzeros", kPacked},
    QuantisedName{".scales", kPacked},        QuantisedName{".g_idx", kPacked},
    QuantisedName{".weight_packed", kPacked}, QuantisedName{".absmax", kCodes},
    QuantisedName{".quant_map", kCodes},      QuantisedName{".SCB", kCodes},
    QuantisedName{"_blocks", kBlocks},        QuantisedName{"_scales", kBlocks},
    QuantisedName{".weight_scale", kScaled},  QuantisedName{".weight_scale_inv", kScaled},
    QuantisedName{".input_scale", kScaled},
};
constexpr std::string_view kSuit = "pair the weights with the config.json they were saved with";

// Input embedding and head as the families name them. Other names are simply not checked.
struct TiedPair {
  std::string_view embedding;
  std::string_view head;
};
constexpr std::array kTiedPairs{
    TiedPair{"model.embed_tokens.weight", "lm_head.weight"},
    TiedPair{"model.language_model.embed_tokens.weight", "lm_head.weight"},
    TiedPair{"language_model.model.embed_tokens.weight", "language_model.lm_head.weight"},
    TiedPair{"model.decoder.embed_tokens.weight", "lm_head.weight"},
    TiedPair{"model.tok_embeddings.weight", "output.weight"},
    TiedPair{"gpt_neox.embed_in.weight", "embed_out.weight"},
    TiedPair{"transformer.wte.weight", "lm_head.weight"},
    TiedPair{"transformer.word_embeddings.weight", "lm_head.weight"},
    TiedPair{"wte.weight", "lm_head.weight"},
    TiedPair{"shared.weight", "lm_head.weight"},
};

const TensorView* find(const std::vector<TensorView>& tensors, std::string_view name) {
  const auto found = std::lower_bound(
      tensors.begin(), tensors.end(), name,
      [](const TensorView& tensor, std::string_view wanted) { return tensor.name < wanted; });
  return found != tensors.end() && found->name == name ? &*found : nullptr;
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void refuse_quantised_tensors(const std::vector<TensorView>& tensors, const std::string& weights) {
  for (const TensorView& tensor : tensors) {
    const auto* named =
        std::find_if(kQuantisedNames.begin(), kQuantisedNames.end(),
                     [&](const QuantisedName& row) { return ends_with(tensor.name, row.ending); });
    const bool state = tensor.name.find(".quant_state.") != std::string::npos;
    if (state || named != kQuantisedNames.end()) {
      throw InputError(weights,
                       fmt::format("quantised checkpoint: it has tensor {} ({})", cited(tensor.name),
                                   state ? kCodes : named->what),
                       kUseOriginal);
    }
    const bool small = starts_with(name(tensor.dtype), "F4") || starts_with(name(tensor.dtype), "F6_") ||
                       starts_with(name(tensor.dtype), "F8");
    if (small || tensor.dtype == DType::C64) {
      throw InputError(weights,
                       fmt::format("tensor {} has type {}, which cannot be merged", cited(tensor.name),
                                   name(tensor.dtype)),
                       small ? kUseOriginal : "pass a model of type F32, F16, BF16 or F64");
    }
  }
}

// The stack a tensor belongs to and its place in it: "model.layers" and 3 of
// "model.layers.3.mlp.up_proj.weight".
std::optional<std::pair<std::string, std::size_t>> layer_of(const std::string& name) {
  constexpr std::size_t kMostDigits = 6;  // a longer number is no layer
  std::size_t begin = 0;
  while (begin < name.size()) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string_view part = std::string_view(name).substr(begin, end - begin);
    const bool number = !part.empty() && part.size() <= kMostDigits &&
                        std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (number && begin > 0) return std::pair(name.substr(0, begin - 1), std::stoul(std::string(part)));
    begin = end + 1;
  }
  return std::nullopt;
}

// A model may have several stacks (vision, audio); the configuration's number must be that of one.
void check_layers(const ModelConfig& config, const std::vector<TensorView>& tensors,
                  const std::string& weights, std::vector<std::string>& notes) {
  std::map<std::string, std::set<std::size_t>> stacks;
  for (const TensorView& tensor : tensors) {
    if (const auto place = layer_of(tensor.name)) stacks[place->first].insert(place->second);
  }
  if (stacks.empty()) return;
  const std::size_t stated = config.layers();
  const auto extra =
      static_cast<std::size_t>(std::clamp(config.number("num_nextn_predict_layers").value_or(0), 0.0, 100.0));
  const auto* main = &*stacks.begin();
  for (const auto& stack : stacks) {
    const std::size_t count = *stack.second.rbegin() + 1;
    if (stack.second.size() == count && count == stated) return;
    if (stack.second.size() == count && count == stated + extra) {
      notes.push_back(fmt::format("{}: {} layers beyond the {} of {} are for multi-token prediction", weights,
                                  extra, stated, config.file()));
      return;
    }
    if (stack.second.size() > main->second.size()) main = &stack;
  }
  const std::size_t count = *main->second.rbegin() + 1;
  if (main->second.size() == count) {
    throw InputError(config.file(),
                     fmt::format("says {} layers, but the tensors {}.N of {} have {}", stated,
                                 cited(main->first), weights, count),
                     kSuit);
  }
  std::size_t hole = 0;
  while (main->second.count(hole) != 0) ++hole;
  throw InputError(weights,
                   fmt::format("layer {} of {} has no tensors, expected layers 0 to {} ({})", hole,
                               cited(main->first), stated - (stated > 0 ? 1 : 0), config.file()),
                   kSuit);
}

void check_rows(const ModelConfig& config, const TensorView& tensor, const std::string& weights,
                std::vector<std::string>& notes) {
  const auto* vocabulary = config.find("vocab_size");
  if (vocabulary == nullptr || tensor.shape.size() != 2) return;
  if (!vocabulary->is_number_unsigned()) {
    throw InputError(config.file(),
                     fmt::format("vocab_size is {}, expected a whole number", cited(vocabulary->dump())),
                     "correct config.json");
  }
  const auto stated = vocabulary->get<std::uint64_t>();
  const std::size_t rows = tensor.shape[0];
  if (stated > rows) {
    throw InputError(config.file(),
                     fmt::format("says vocab_size {}, but {} of {} has {} rows", stated, cited(tensor.name),
                                 weights, rows),
                     kSuit);
  }
  if (stated < rows) {
    notes.push_back(fmt::format("{}: vocab_size {} is smaller than the {} rows of {}", config.file(), stated,
                                rows, cited(tensor.name)));
  }
}

void check_special_ids(const ModelConfig& config, std::size_t rows, std::vector<std::string>& notes) {
  for (const char* key : {"bos_token_id", "eos_token_id", "pad_token_id"}) {
    const auto* value = config.find(key);
    if (value == nullptr) continue;
    const nlohmann::ordered_json ids = value->is_array() ? *value : nlohmann::ordered_json::array({*value});
    for (const auto& id : ids) {
      if (!id.is_number_unsigned() || id.get<std::uint64_t>() < rows) continue;
      notes.push_back(fmt::format("{}: {} {} is beyond the {} rows of the embedding", config.file(), key,
                                  id.get<std::uint64_t>(), rows));
    }
  }
}

// Classes that tie without being told; where the key is absent for others, the file decides.
bool ties_by_default(const ModelConfig& config) {
  const std::string type = config.text("model_type").value_or("");
  return type == "gpt2" || type == "t5" || type == "mt5" || starts_with(type, "gemma");
}

// A classifier or bare encoder has no head because it needs none, not because it is tied.
bool generates(const ModelConfig& config) {
  const std::string type = config.architecture();
  return ends_with(type, "ForCausalLM") || ends_with(type, "LMHeadModel") ||
         ends_with(type, "ForConditionalGeneration");
}

void check_tie(ModelConfig& config, std::vector<TensorView>& tensors, const TensorView& embedding,
               std::string_view head_name, const std::string& weights, std::vector<std::string>& notes) {
  const TensorView* head = find(tensors, head_name);
  const std::optional<bool> stated = config.tied();
  if (head == nullptr) {
    if (!generates(config)) return;
    if (stated == false) {
      notes.push_back(fmt::format("{}: says that the head is not tied, but {} has no {}: treated as tied",
                                  config.file(), weights, head_name));
    }
    if (stated != true) config.set_tied(true);
    return;
  }
  if (!stated.value_or(ties_by_default(config))) {
    if (!stated) config.set_tied(false);
    return check_rows(config, *head, weights, notes);
  }
  if (!same_values(*head, embedding)) {
    throw InputError(config.file(),
                     fmt::format("says that the head is tied, but {} has a {} that differs from {}", weights,
                                 head_name, cited(embedding.name)),
                     "set tie_word_embeddings to false to use the stored head, or remove it from the file");
  }
  if (!stated) config.set_tied(true);
  tensors.erase(tensors.begin() + (head - tensors.data()));
}

}  // namespace

void check_consistency(ModelConfig& config, std::vector<TensorView>& tensors, const std::string& weights,
                       std::vector<std::string>& notes) {
  refuse_quantised_tensors(tensors, weights);
  check_layers(config, tensors, weights, notes);
  for (const TiedPair& pair : kTiedPairs) {
    const TensorView* found = find(tensors, pair.embedding);
    if (found == nullptr) continue;
    const TensorView embedding = *found;  // dropping a head moves the tensors behind it
    check_rows(config, embedding, weights, notes);
    if (embedding.shape.size() == 2) check_special_ids(config, embedding.shape[0], notes);
    return check_tie(config, tensors, embedding, pair.head, weights, notes);
  }
}

}  // namespace tsugi::merge
