// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Ids of special tokens in config.json and generation_config.json, carried from one vocabulary to another.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "merge/vocabulary/token_table.h"

namespace tsugi::merge {

/// From ids of the vocabulary that a file was written for to ids of the output, by the token's text.
struct IdChange {
  const TokenTable* before = nullptr;
  std::function<std::optional<TokenId>(const std::string& token)> after;
};

/// A setting whose ids change.
struct ChangedSetting {
  std::string key;
  nlohmann::ordered_json value;  ///< null when no token of it is in the output
  std::string note;              ///< a sentence that names `file`
};

/// Which settings of `document` change: keys that end in _token_id or _token_index and lists of suppressed
/// tokens. Ids of no token stay as they are. A token that the output lacks is replaced by what `substitute`
/// (the settings of the model whose tokenizer is used; may be null) says under the same key.
std::vector<ChangedSetting> changed_settings(const nlohmann::ordered_json& document, const std::string& file,
                                             const IdChange& change,
                                             const nlohmann::ordered_json* substitute);

}  // namespace tsugi::merge
