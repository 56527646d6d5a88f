// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tokens and their numbers.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "eval/tokenizer/json_field.h"
#include "eval/tokenizer/tokenizer.h"

namespace tsugi::eval::tokenization {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Maps looked up by text without making a std::string. Never iterated: their order is the library's own.
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// A model's own vocabulary, without added tokens. Ids need not be dense.
class Vocabulary {
 public:
  /// `field`: object of token -> id. Throws InputError for an id that is no number below 2^31 or is used
  /// twice.
  static Vocabulary from(const Field& field);

  /// Ids by place; of a token that is there twice the later one.
  static Vocabulary of(std::span<const std::string> tokens);

  std::optional<TokenId> id(std::string_view token) const;
  const std::string* token(TokenId id) const;  ///< null when there is none
  std::size_t size() const { return tokens_.size(); }
  TokenId largest_id() const { return largest_; }  ///< -1 when empty

 private:
  TextMap<TokenId> ids_;
  std::unordered_map<TokenId, std::string> tokens_;
  TokenId largest_ = -1;
};

}  // namespace tsugi::eval::tokenization
