// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/tokenizer_config.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <map>

namespace tsugi::eval::tokenization {
namespace {

// transformers writes int(1e30) for "no limit"; no real context comes near 2^53, the last exact double.
constexpr double kUnlimited = 9007199254740992.0;

std::size_t read_max_length(const Field& config) {
  const std::optional<Field> field = config.find("model_max_length");
  if (!field) return SIZE_MAX;
  if (!field->json().is_number())
    field->refuse("is not a number", "give the number of tokens or leave it out");
  const auto length = field->json().get<double>();
  if (!(length >= 1))
    field->refuse(fmt::format("is {}", length), "give the number of tokens or leave it out");
  return length >= kUnlimited ? SIZE_MAX : static_cast<std::size_t>(length);
}

AddedToken read_named(const Field& field) {
  AddedToken token;
  token.special = true;
  if (field.json().is_object()) return read_added_token(field, token);
  token.content = field.text();
  return token;
}

std::vector<AddedToken> read_declared(const Field& config) {
  const std::optional<Field> table = config.find("added_tokens_decoder");
  if (!table) return {};
  if (!table->json().is_object()) table->refuse("is not an object of id: token", "fetch the file again");
  std::map<std::uint64_t, AddedToken> by_id;
  for (const auto& [key, value] : table->json().items()) {
    std::uint64_t id = 0;
    const char* const end = key.data() + key.size();
    if (std::from_chars(key.data(), end, id).ptr != end) {
      table->refuse(fmt::format("has the key '{}'", key), "keys are ids of tokens; fetch the file again");
    }
    by_id.emplace(id, read_added_token(table->at(key)));
  }
  std::vector<AddedToken> tokens;
  for (auto& [id, token] : by_id) tokens.push_back(std::move(token));
  return tokens;
}

void read_named_tokens(const Field& config, TokenizerConfig& result) {
  const auto contains = [&](const std::string& content) {
    for (const AddedToken& token : result.named) {
      if (token.content == content) return true;
    }
    return false;
  };
  for (const char* key :
       {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}) {
    const std::optional<Field> field = config.find(key);
    if (!field) continue;
    AddedToken token = read_named(*field);
    if (std::string_view(key) == "bos_token") result.bos = token.content;
    if (std::string_view(key) == "eos_token") result.eos = token.content;
    if (!contains(token.content)) result.named.push_back(std::move(token));
  }
  if (const std::optional<Field> others = config.find("additional_special_tokens")) {
    for (const Field& other : others->items()) {
      AddedToken token = read_named(other);
      if (!contains(token.content)) result.named.push_back(std::move(token));
    }
  }
}

std::optional<bool> read_flag(const Field& config, std::string_view key) {
  const std::optional<Field> field = config.find(key);
  return field ? std::optional(field->boolean()) : std::nullopt;
}

}  // namespace

TokenizerConfig read_tokenizer_config(const ModelFiles& files) {
  nlohmann::json json = nlohmann::json::object();
  const std::string file = "tokenizer_config.json";
  if (files.find(file)) json = read_json(files, file);
  const std::string map = "special_tokens_map.json";
  if (json.is_object() && files.find(map)) {
    const nlohmann::json fallback = read_json(files, map);
    if (fallback.is_object())
      json.insert(fallback.begin(), fallback.end());  // keys that are there already stay
  }
  const Field config(json, files.path(file));
  TokenizerConfig result;
  read_named_tokens(config, result);
  result.declared = read_declared(config);
  result.add_bos = read_flag(config, "add_bos_token");
  result.add_eos = read_flag(config, "add_eos_token");
  result.tokenizer_class = config.text_of("tokenizer_class").value_or("");
  result.model_max_length = read_max_length(config);
  result.clean_up_spaces = config.boolean_or("clean_up_tokenization_spaces", false);
  result.split_special_tokens = config.boolean_or("split_special_tokens", false);
  return result;
}

bool class_adds_bos(const std::string& tokenizer_class) {
  for (const std::string_view family : {"Llama", "CodeLlama", "Gemma"}) {
    const std::string name = std::string(family) + "Tokenizer";
    if (tokenizer_class == name || tokenizer_class == name + "Fast") return true;
  }
  return false;
}

}  // namespace tsugi::eval::tokenization
