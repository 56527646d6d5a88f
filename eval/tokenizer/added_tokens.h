// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tokens that stand beside the model's vocabulary and are cut out of a text before anything else sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eval/tokenizer/components.h"
#include "eval/tokenizer/vocabulary.h"

namespace tsugi::eval::tokenization {

struct AddedToken {
  std::string content;
  bool single_word = false;  ///< no match when a word character stands before or after
  bool lstrip = false;       ///< a match takes the white space before it
  bool rstrip = false;       ///< and after it
  bool normalized = false;   ///< matched after the normalizer ran, by its content as the normalizer leaves it
  bool special = false;      ///< skipped when decoding

  bool operator==(const AddedToken&) const = default;
};

/// An entry of tokenizer.json's added_tokens, of added_tokens_decoder, or of {content, …} in
/// tokenizer_config.json.
AddedToken read_added_token(const Field& field, const AddedToken& defaults = {});

/// Finds the leftmost and there the longest of its patterns.
class Matcher {
 public:
  void add(std::string_view pattern, TokenId id);

  struct Match {
    std::size_t begin;
    std::size_t end;
    TokenId id;
  };
  /// The first match that begins at or after `from`. Time: (bytes passed) times the longest pattern.
  std::optional<Match> find(std::string_view text, std::size_t from) const;

 private:
  struct Node {
    std::vector<std::pair<char, std::uint32_t>> children;  ///< sorted by byte
    std::optional<TokenId> id;
  };
  std::uint32_t child(std::uint32_t node, char byte) const;  ///< 0 when there is none

  std::vector<Node> nodes_ = std::vector<Node>(1);
};

/// A part of a text: an added token, or text for the next stage.
struct Segment {
  std::optional<TokenId> id;
  std::string text;
  bool first = false;  ///< it begins where the whole text does
};

class AddedTokens {
 public:
  /// A token in the model's vocabulary keeps that id; others are numbered in order from the largest of
  /// vocabulary size and last added id + 1. A content seen before takes the new flags. Empty contents are
  /// passed over.
  void add(std::span<const AddedToken> tokens, const Vocabulary& vocabulary, const Normalizer& normalizer);

  /// Cuts, normalizes what is left (`normalizer` may be empty) and cuts again. `split_special`: special
  /// tokens are text.
  std::vector<Segment> split(std::string_view text, const Normalizer& normalizer, bool split_special) const;

  bool contains(std::string_view content) const { return ids_.contains(content); }
  std::optional<TokenId> id(std::string_view content) const;
  const AddedToken* token(TokenId id) const;     ///< null when there is none
  const std::string* text_of(TokenId id) const;  ///< as decoding sees it; null when there is none
  bool is_special(std::string_view content) const { return specials_.contains(content); }
  TokenId largest_id() const { return largest_; }  ///< -1 when empty

 private:
  struct Entry {
    AddedToken token;
    std::string normalized;  ///< content as the normalizer leaves it, when `token.normalized`
  };
  std::vector<Segment> cut(std::string_view text, const Matcher& matcher, bool split_special) const;
  static bool stands_alone(std::string_view text, const Matcher::Match& match);
  void rebuild();  ///< both matchers, from the entries

  TextMap<TokenId> ids_;
  TextMap<bool> specials_;
  std::map<TokenId, Entry> entries_;  ///< in order of id, so that matchers are built the same way everywhere
  Matcher raw_;
  Matcher normalized_;
  TokenId largest_ = -1;
};

}  // namespace tsugi::eval::tokenization
