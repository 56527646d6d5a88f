// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "eval/scorers/native.h"
#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using nlohmann::json;

/// A setting of generation_config.json that greedy decoding in transformers obeys, and the value that changes
/// nothing. Null and absence change nothing either.
struct Setting {
  std::string_view name;
  json harmless;
};

const std::array kSettings{
    Setting{"encoder_repetition_penalty", 1.0},
    Setting{"no_repeat_ngram_size", 0},
    Setting{"num_beams", 1},
    Setting{"min_length", 0},
    Setting{"min_new_tokens", 0},
    Setting{"suppress_tokens", json::array()},
    Setting{"begin_suppress_tokens", json::array()},
    Setting{"bad_words_ids", json::array()},
    Setting{"forced_bos_token_id", nullptr},
    Setting{"forced_eos_token_id", nullptr},
    Setting{"sequence_bias", nullptr},
    Setting{"penalty_alpha", 0.0},
    Setting{"guidance_scale", 1.0},
    Setting{"exponential_decay_length_penalty", nullptr},
};

json parse_object(const std::string& text, const std::string& file) {
  json document = merge::parse_json(text, file);
  if (!document.is_object()) throw InputError(file, "no JSON object", "download the file again");
  return document;
}

ModelLimits::Refusal refused_setting(const json& config, const std::string& file) {
  for (const Setting& setting : kSettings) {
    const auto found = config.find(std::string(setting.name));
    if (found == config.end() || found->is_null() || *found == setting.harmless) continue;
    return {file, fmt::format("{} is {}, which tsugi does not apply to answers", setting.name, found->dump()),
            fmt::format("remove {} from the file to score plain greedy answers", setting.name)};
  }
  return {};
}

float repetition_penalty_of(const json& config, const std::string& file) {
  const auto found = config.find("repetition_penalty");
  if (found == config.end() || found->is_null()) return 1;
  if (!found->is_number() || !(found->get<double>() > 0))
    throw InputError(file, fmt::format("repetition_penalty is {}, expected a number above 0", found->dump()),
                     "correct the file");
  return found->get<float>();
}

/// One id or a list of them.
std::vector<TokenId> ids_of(const json& config, const std::string& file) {
  constexpr std::string_view kKey = "eos_token_id";
  const auto found = config.find(std::string(kKey));
  if (found == config.end() || found->is_null()) return {};
  const json list = found->is_array() ? *found : json::array({*found});
  std::vector<TokenId> ids;
  for (const json& id : list) {
    constexpr std::int64_t kMost = 1 << 30;  // beyond any vocabulary
    if (!id.is_number_integer() || id.get<std::int64_t>() < 0 || id.get<std::int64_t>() > kMost) {
      throw InputError(file, fmt::format("{} is {}, expected token ids", kKey, found->dump()),
                       "correct the file");
    }
    ids.push_back(id.get<TokenId>());
  }
  return ids;
}

/// As lm-evaluation-harness looks for it (models/utils.py, resolve_max_length).
std::size_t max_length_of(const json& config) {
  const auto text = config.find("text_config");
  const json& model = text != config.end() && text->is_object() ? *text : config;
  for (const char* key : {"n_positions", "max_position_embeddings", "n_ctx"}) {
    const auto found = model.find(key);
    if (found != model.end() && found->is_number_integer() && found->get<std::int64_t>() > 0)
      return found->get<std::size_t>();
  }
  return 0;
}

}  // namespace

ModelLimits read_model_limits(const ModelFiles& files) {
  const std::string model_file = files.path("config.json");
  const std::optional<std::string> config = files.find("config.json");
  if (!config) throw InputError(model_file, "cannot be read", "give a model folder");
  const json model = parse_object(*config, model_file);
  ModelLimits limits;
  limits.max_length = max_length_of(model);
  if (const std::optional<std::string> text = files.find("generation_config.json")) {
    const std::string file = files.path("generation_config.json");
    const json generation = parse_object(*text, file);
    limits.refusal = refused_setting(generation, file);
    limits.repetition_penalty = repetition_penalty_of(generation, file);
    limits.stop_ids = ids_of(generation, file);
  } else {
    limits.stop_ids = ids_of(model, model_file);
  }
  return limits;
}

}  // namespace tsugi::eval
