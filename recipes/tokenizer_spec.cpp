// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/tokenizer_spec.h"

#include <fmt/format.h>

#include <limits>
#include <string>
#include <utility>

#include "recipes/fields.h"

namespace tsugi::recipes {
namespace {

constexpr std::string_view kRowForms =
    "write a model, {kind: model_token, model: NAME, token: TEXT} or {kind: zero}";
constexpr std::int64_t kMostRows = std::numeric_limits<std::int32_t>::max();  // ids are 32 bits wide

void read_vocabulary(const YamlValue& value, std::string_view what, TokenizerSpec& spec) {
  spec.source = TokenizerSpec::Source::model;
  if (value.is_scalar()) {
    const std::string text = value.text(what);
    if (text == "union") spec.source = TokenizerSpec::Source::all_models;
    if (text == "base") spec.source = TokenizerSpec::Source::base;
  }
  if (spec.source == TokenizerSpec::Source::model) spec.model = read_model(value, what);
}

void read_model_token(const YamlMapping& mapping, TokenSetting& setting) {
  setting.row = TokenRow::model_token;
  setting.model = read_model(mapping.need("model", "model: models/a"), "model");
  const YamlMapping::Entry* token = mapping.find("token");
  const YamlMapping::Entry* id = mapping.find("token_id");
  if ((token == nullptr) == (id == nullptr)) {
    throw InputError(token != nullptr ? id->mark : mapping.mark(),
                     fmt::format("{} of 'token' and 'token_id', expected exactly one",
                                 token == nullptr ? "neither" : "both"),
                     "say which row of the model is meant by its token or by its id");
  }
  if (token != nullptr) setting.other_token = token->value.text("token");
  if (id != nullptr) setting.other_id = id->value.integer("token_id", 0, kMostRows);
}

void read_row(const YamlValue& value, std::string_view what, TokenSetting& setting) {
  const bool has_kind = value.is_mapping() && YamlMapping(value, what).find("kind") != nullptr;
  if (!has_kind) {
    if (value.is_mapping()) {
      // mergekit reads {model: a, token: x} as the model alone.
      const YamlMapping free(value, what);
      for (const std::string_view key : {"token", "token_id"}) {
        if (const auto* entry = free.find(key))
          throw InputError(entry->mark, fmt::format("'{}' in a source without 'kind'", key), kRowForms);
      }
    }
    setting.row = TokenRow::same_token;
    setting.model = read_model(value, what);
    return;
  }
  const YamlValue kind = YamlMapping(value, what).find("kind")->value;
  const std::string name = kind.text("kind");
  if (name == "zero") {
    const YamlMapping checked(value, what, {.keys = {"kind"}, .unadvertised = {}}, {});
    setting.row = TokenRow::zero;
  } else if (name == "model_token") {
    const KnownKeys known{.keys = {"kind", "model", "token", "token_id"}, .unadvertised = {}};
    read_model_token(YamlMapping(value, what, known, {}), setting);
  } else {
    kind.refuse("kind", "model_token or zero", kRowForms);
  }
}

TokenSetting read_token(const YamlMapping::Entry& entry, const UnknownKeys& unknown) {
  const std::string what = fmt::format("token '{}'", entry.key);
  if (entry.key.empty()) throw InputError(entry.mark, "a token without text", "give its text");
  if (!entry.value.is_mapping()) {
    entry.value.refuse(what, "a mapping with source and force", "write for example {source: models/a}");
  }
  const KnownKeys known{.keys = {"source", "force"}, .unadvertised = {}};
  const YamlMapping mapping(entry.value, what, known, unknown);
  TokenSetting setting;
  setting.token = entry.key;
  setting.mark = entry.mark;
  if (const auto* source = mapping.find("source")) {
    read_row(source->value, fmt::format("source of {}", what), setting);
  }
  const YamlMapping::Entry* force = mapping.find("force");
  if (force != nullptr) setting.force = force->value.boolean("force");
  if (setting.force && setting.row == TokenRow::standard) {
    throw InputError(force->mark, fmt::format("{} has 'force' but no source of its row", what), kRowForms);
  }
  return setting;
}

TokenizerSpec read_spec(const YamlValue& value, const UnknownKeys& unknown) {
  if (!value.is_mapping()) {
    value.refuse("tokenizer", "a mapping", "write tokenizer: {source: union}, {source: base} or a model");
  }
  const KnownKeys known{.keys = {"source", "tokens", "pad_to_multiple_of"}, .unadvertised = {}};
  const YamlMapping mapping(value, "tokenizer", known, unknown);
  TokenizerSpec spec;
  if (const auto* source = mapping.find("source")) read_vocabulary(source->value, "source", spec);
  if (const auto* tokens = mapping.find("tokens")) {
    for (const auto& entry : YamlMapping(tokens->value, "tokens").entries()) {
      spec.tokens.push_back(read_token(entry, unknown));
    }
  }
  if (const auto* pad = mapping.find("pad_to_multiple_of")) {
    spec.pad_to_multiple_of = pad->value.integer("pad_to_multiple_of", 1, kMostRows);
  }
  return spec;
}

}  // namespace

std::optional<TokenizerSpec> read_tokenizer(const YamlMapping& parent, const UnknownKeys& unknown) {
  const YamlMapping::Entry* full = parent.find("tokenizer");
  const YamlMapping::Entry* legacy = parent.find("tokenizer_source");
  if (full != nullptr && legacy != nullptr) {
    throw InputError(legacy->mark, "'tokenizer_source' beside 'tokenizer', expected one of them",
                     "remove tokenizer_source; it is the older form of tokenizer: {source: …}");
  }
  if (full == nullptr && legacy == nullptr) return std::nullopt;
  TokenizerSpec spec;
  if (full != nullptr) spec = read_spec(full->value, unknown);
  if (legacy != nullptr) read_vocabulary(legacy->value, "tokenizer_source", spec);
  spec.mark = (full != nullptr ? full : legacy)->mark;
  return spec;
}

}  // namespace tsugi::recipes
