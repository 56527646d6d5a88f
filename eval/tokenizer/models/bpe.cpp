// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// BPE: characters of a piece, merged pair by pair in the order of the file's merges.
// Sennrich, Haddow, Birch: Neural Machine Translation of Rare Words with Subword Units (2016), as the
// tokenizers library runs it, quirks included.
#include <fmt/format.h>

#include <array>
#include <memory>
#include <unordered_map>

#include "eval/tokenizer/components.h"
#include "eval/tokenizer/models/merge_table.h"
#include "eval/tokenizer/unicode.h"
#include "recipes/error.h"

namespace tsugi::eval::tokenization {
namespace {

// Characters below this have their token in a plain table: ASCII and the whole byte alphabet (which ends at
// U+0143).
constexpr char32_t kDirect = 0x180;
constexpr TokenId kNoToken = -1;

class Bpe {
 public:
  Bpe(const Field& field, const Vocabulary& vocabulary);
  void tokenize(const Vocabulary& vocabulary, std::string_view piece, std::vector<TokenId>& ids) const;

 private:
  TokenId token_of(char32_t character, const Vocabulary& vocabulary, std::string_view bytes) const;
  bool append_bytes(std::string_view bytes, std::vector<TokenId>& symbols) const;
  void read_symbols(const Vocabulary& vocabulary, std::string_view piece,
                    std::vector<TokenId>& symbols) const;

  MergeTable merges_{0};
  std::array<TokenId, kDirect> direct_{};
  std::array<TokenId, 256> byte_tokens_{};  ///< [byte]: "<0xHH>", or kNoToken
  TokenId unknown_ = kNoToken;
  std::string prefix_;  ///< of characters inside a word
  std::string suffix_;  ///< of its last character
  bool fuse_unknown_ = false;
  bool byte_fallback_ = false;
  bool ignore_merges_ = false;
};

struct Pair {
  std::string left;
  std::string right;
};

/// "a b" of older files or ["a", "b"] of newer ones.
Pair read_pair(const Field& merge) {
  if (merge.json().is_array()) {
    const std::vector<Field> parts = merge.items();
    if (parts.size() == 2) return {parts[0].text(), parts[1].text()};
  } else {
    const std::string text = merge.text();
    const std::size_t blank = text.find(' ');
    if (blank != std::string::npos && text.find(' ', blank + 1) == std::string::npos) {
      return {text.substr(0, blank), text.substr(blank + 1)};
    }
  }
  merge.refuse(fmt::format("is {}", merge.json().dump()), "a merge is two tokens; fetch the file again");
}

MergeTable read_merges(const Field& field, const Vocabulary& vocabulary, std::size_t prefix) {
  const auto token = [&](const Field& merge, const std::string& text) {
    const std::optional<TokenId> id = vocabulary.id(text);
    if (!id) merge.refuse(fmt::format("token '{}' is not in the vocabulary", text), "fetch the file again");
    return *id;
  };
  const std::vector<Field> merges = field.items();
  MergeTable table(merges.size());
  std::uint32_t rank = 0;
  for (const Field& merge : merges) {
    if (merge.json().is_string() && merge.text().starts_with("#version"))
      continue;  // first line of merges.txt files
    const Pair pair = read_pair(merge);
    const TokenId left = token(merge, pair.left);
    const TokenId right = token(merge, pair.right);
    table.set(left, right,
              {rank++, token(merge, pair.left + pair.right.substr(std::min(prefix, pair.right.size())))});
  }
  return table;
}

void check_options(const Field& field) {
  const std::optional<Field> dropout = field.find("dropout");
  if (dropout && !(dropout->json().is_number() && dropout->json().get<double>() == 0)) {
    dropout->refuse(fmt::format("is {}", dropout->json().dump()), "dropout is for training; set it to null");
  }
}

Bpe::Bpe(const Field& field, const Vocabulary& vocabulary) {
  check_options(field);
  prefix_ = field.text_of("continuing_subword_prefix").value_or("");
  suffix_ = field.text_of("end_of_word_suffix").value_or("");
  merges_ = read_merges(field.at("merges"), vocabulary, prefix_.size());
  fuse_unknown_ = field.boolean_or("fuse_unk", false);
  byte_fallback_ = field.boolean_or("byte_fallback", false);
  ignore_merges_ = field.boolean_or("ignore_merges", false);
  if (const std::optional<std::string> unknown = field.text_of("unk_token")) {
    const std::optional<TokenId> id = vocabulary.id(*unknown);
    if (!id)
      field.refuse(fmt::format("unk_token '{}' is not in the vocabulary", *unknown), "fetch the file again");
    unknown_ = *id;
  }
  for (char32_t c = 0; c < kDirect; ++c) {
    std::string text;
    unicode::append_utf8(text, c);
    direct_[c] = vocabulary.id(text).value_or(kNoToken);
  }
  for (std::size_t byte = 0; byte < byte_tokens_.size(); ++byte) {
    byte_tokens_[byte] = vocabulary.id(fmt::format("<0x{:02X}>", byte)).value_or(kNoToken);
  }
}

TokenId Bpe::token_of(char32_t character, const Vocabulary& vocabulary, std::string_view bytes) const {
  return character < kDirect ? direct_[character] : vocabulary.id(bytes).value_or(kNoToken);
}

bool Bpe::append_bytes(std::string_view bytes, std::vector<TokenId>& symbols) const {
  for (const char byte : bytes) {
    if (byte_tokens_[static_cast<unsigned char>(byte)] == kNoToken) return false;
  }
  for (const char byte : bytes) symbols.push_back(byte_tokens_[static_cast<unsigned char>(byte)]);
  return true;
}

/// An unknown character waits until the next known one or the end, so byte tokens overtake it: as the
/// original does. Without an unknown token and byte tokens it is dropped.
void Bpe::read_symbols(const Vocabulary& vocabulary, std::string_view piece,
                       std::vector<TokenId>& symbols) const {
  bool pending = false;
  for (std::size_t at = 0; at < piece.size();) {
    const unicode::CodePoint here = unicode::code_point_at(piece, at);
    const std::size_t begin = at;
    const std::string_view bytes = piece.substr(at, here.length);
    at += here.length;
    const bool plain = (begin == 0 || prefix_.empty()) && (at < piece.size() || suffix_.empty());
    std::string decorated;
    if (!plain)
      decorated.append(begin == 0 ? "" : prefix_).append(bytes).append(at < piece.size() ? "" : suffix_);
    const TokenId id =
        plain ? token_of(here.value, vocabulary, bytes) : vocabulary.id(decorated).value_or(kNoToken);
    if (id != kNoToken) {
      if (pending) symbols.push_back(unknown_);
      pending = false;
      symbols.push_back(id);
    } else if (!(byte_fallback_ && append_bytes(plain ? bytes : decorated, symbols)) &&
               unknown_ != kNoToken) {
      if (pending && !fuse_unknown_) symbols.push_back(unknown_);
      pending = true;
    }
  }
  if (pending) symbols.push_back(unknown_);
}

void Bpe::tokenize(const Vocabulary& vocabulary, std::string_view piece, std::vector<TokenId>& ids) const {
  if (ignore_merges_) {
    if (const std::optional<TokenId> whole = vocabulary.id(piece)) {
      ids.push_back(*whole);
      return;
    }
  }
  std::vector<TokenId> symbols;
  symbols.reserve(piece.size());
  read_symbols(vocabulary, piece, symbols);
  merge_symbols(merges_, symbols);
  ids.insert(ids.end(), symbols.begin(), symbols.end());
}

}  // namespace

Model bpe_model(const Field& field) {
  Vocabulary vocabulary = Vocabulary::from(field.at("vocab"));
  const auto bpe = std::make_shared<const Bpe>(field, vocabulary);
  return {std::move(vocabulary), [bpe](const Vocabulary& known, std::string_view piece,
                                       std::vector<TokenId>& ids) { bpe->tokenize(known, piece, ids); }};
}

}  // namespace tsugi::eval::tokenization
