// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which token has which id in a model folder, as Hugging Face's loaders number them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "merge/checkpoint/companions.h"

namespace tsugi::merge {

using TokenId = std::int32_t;

/// A token that is cut out of a text before the model's vocabulary sees it.
struct AddedToken {
  std::string content;
  bool single_word = false;
  bool lstrip = false;
  bool rstrip = false;
  bool normalized = false;
  bool special = false;

  bool operator==(const AddedToken&) const = default;
};

/// An entry of tokenizer.json's added_tokens; without `id` as added_tokens_decoder holds it.
nlohmann::ordered_json added_token_json(const AddedToken& token, std::optional<TokenId> id);

/// Immutable after reading; looked up from any thread.
class TokenTable {
 public:
  struct Token {
    std::string text;
    TokenId id;
    std::optional<AddedToken> added = {};  ///< the flags, if it is one
    /// Not in tokenizer.json: only tokenizer_config.json names it, and loaders give it this id.
    bool implied = false;
  };

  /// Reads tokenizer.json (a vocabulary of BPE, WordPiece, WordLevel or Unigram form, added_tokens), else
  /// vocab.json and added_tokens.json, and what tokenizer_config.json adds. Ids of added tokens are those of
  /// the library (specification of tokenizers, section 1.1), whatever the file says. `place` is the folder,
  /// for errors. Throws InputError for other kinds of tokenizers, broken files, an id given twice.
  static TokenTable read(std::span<const Companion> companions, const std::string& place);

  TokenTable(TokenTable&&) = default;
  TokenTable& operator=(TokenTable&&) = default;
  TokenTable(const TokenTable&) = delete;  // the index points into the tokens
  TokenTable& operator=(const TokenTable&) = delete;

  const std::vector<Token>& tokens() const { return tokens_; }  ///< by id; ids may have gaps
  const std::string& file() const { return file_; }             ///< what errors call it
  std::size_t size() const { return tokens_.size(); }
  const Token* find(std::string_view text) const;
  const Token* at(TokenId id) const;
  std::optional<TokenId> id(std::string_view text) const;

 private:
  TokenTable() = default;
  void build_index();

  std::string file_;
  std::vector<Token> tokens_;
  std::unordered_map<std::string_view, std::size_t> index_;  // looked up only, never gone through
};

/// The companion of that name, or null.
const Companion* find_companion(std::span<const Companion> companions, std::string_view name);

/// The special tokens that tokenizer_config.json or special_tokens_map.json names: keys of one token
/// ("bos_token", …) and of lists.
std::span<const std::string_view> named_token_keys();
std::span<const std::string_view> named_token_lists();

/// The text of a token given as text or as {content: …}; nothing for other values.
std::optional<std::string> named_token(const nlohmann::ordered_json& value);

}  // namespace tsugi::merge
