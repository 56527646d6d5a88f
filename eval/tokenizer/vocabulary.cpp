// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "recipes/error.h"

namespace tsugi::eval::tokenization {

Vocabulary Vocabulary::from(const Field& field) {
  if (!field.json().is_object()) field.refuse("is not an object of token: id", "fetch the file again");
  Vocabulary vocabulary;
  vocabulary.ids_.reserve(field.json().size());
  vocabulary.tokens_.reserve(field.json().size());
  for (const auto& [token, value] : field.json().items()) {
    constexpr std::uint64_t kLargest = std::numeric_limits<TokenId>::max() - 1;  // 1 + id must fit too
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kLargest) {
      field.refuse(fmt::format("token '{}' has the id {}", token, value.dump()),
                   "an id is a whole number below 2^31 - 1; fetch the file again");
    }
    const auto id = value.get<TokenId>();
    if (!vocabulary.tokens_.emplace(id, token).second) {
      field.refuse(
          fmt::format("tokens '{}' and '{}' have the same id {}", vocabulary.tokens_.at(id), token, id),
          "fetch the file again");
    }
    vocabulary.ids_.emplace(token, id);
    vocabulary.largest_ = std::max(vocabulary.largest_, id);
  }
  return vocabulary;
}

Vocabulary Vocabulary::of(std::span<const std::string> tokens) {
  Vocabulary vocabulary;
  for (const std::string& token : tokens) {
    vocabulary.ids_.insert_or_assign(token, ++vocabulary.largest_);
    vocabulary.tokens_.emplace(vocabulary.largest_, token);
  }
  return vocabulary;
}

std::optional<TokenId> Vocabulary::id(std::string_view token) const {
  const auto found = ids_.find(token);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

const std::string* Vocabulary::token(TokenId id) const {
  const auto found = tokens_.find(id);
  return found == tokens_.end() ? nullptr : &found->second;
}

}  // namespace tsugi::eval::tokenization
