// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/vocabulary/token_ids.h"

#include <fmt/format.h>

#include <limits>
#include <string_view>

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

bool holds_ids(std::string_view key) {
  for (const std::string_view end : {"_token_id", "_token_index"}) {
    if (key.size() > end.size() && key.substr(key.size() - end.size()) == end) return true;
  }
  return key == "suppress_tokens" || key == "begin_suppress_tokens";
}

// The new id; nothing when the output lacks the token.
std::optional<Json> changed(const Json& id, const IdChange& change) {
  if (!id.is_number_unsigned() || id.get<std::uint64_t>() > std::numeric_limits<TokenId>::max()) return id;
  const TokenTable::Token* token = change.before->at(id.get<TokenId>());
  if (token == nullptr) return id;
  const std::optional<TokenId> now = change.after(token->text);
  return now ? std::optional<Json>(*now) : std::nullopt;
}

Json changed_value(const Json& value, const IdChange& change) {
  if (!value.is_array()) return changed(value, change).value_or(Json());
  Json list = Json::array();
  for (const Json& id : value) {
    if (const std::optional<Json> now = changed(id, change)) list.push_back(*now);
  }
  return list.empty() && !value.empty() ? Json() : list;
}

}  // namespace

std::vector<ChangedSetting> changed_settings(const Json& document, const std::string& file,
                                             const IdChange& change, const Json* substitute) {
  std::vector<ChangedSetting> settings;
  if (!document.is_object()) return settings;
  for (const auto& [key, value] : document.items()) {
    if (!holds_ids(key) || value.is_null()) continue;
    Json now = changed_value(value, change);
    std::string_view why = "the token's id changes";
    if (now.is_null()) {
      why = "the output has no such token";
      if (substitute != nullptr && substitute->is_object() && substitute->contains(key)) {
        now = (*substitute)[key];
        why = "the output has no such token; this is what the tokenizer's model says";
      }
    }
    if (now == value) continue;
    settings.push_back(
        {key, now, fmt::format("{}: {} {} becomes {}: {}", file, key, value.dump(), now.dump(), why)});
  }
  return settings;
}

}  // namespace tsugi::merge
