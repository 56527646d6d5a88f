// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// WordLevel: a piece is a token or unknown. WordPiece: the longest tokens from left to right, those inside a
// word with a prefix (Schuster & Nakajima 2012, as BERT runs it).
#include <fmt/format.h>

#include "eval/tokenizer/components.h"
#include "eval/tokenizer/unicode.h"
#include "recipes/error.h"

namespace tsugi::eval::tokenization {
namespace {

struct Unknown {
  std::string token;
  std::optional<TokenId> id;
  std::string where;

  TokenId needed() const {
    if (id) return *id;
    throw InputError(
        where, fmt::format("a text needs the unknown token '{}', which is not in the vocabulary", token),
        "fetch the file again");
  }
};

Unknown read_unknown(const Field& field, const Vocabulary& vocabulary) {
  const std::string token = field.at("unk_token").text();
  return {token, vocabulary.id(token), field.where()};
}

struct WordPiece {
  Unknown unknown;
  std::string prefix;
  std::uint64_t longest;  // in code points

  void tokenize(const Vocabulary& vocabulary, std::string_view piece, std::vector<TokenId>& ids) const {
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < piece.size(); at += unicode::code_point_at(piece, at).length) ++count;
    const std::size_t before = ids.size();
    bool known = count <= longest;
    for (std::size_t at = 0; known && at < piece.size();) {
      const std::size_t end = longest_end(vocabulary, piece, at, ids);
      known = end > at;
      at = end;
    }
    if (known) return;
    ids.resize(before);
    ids.push_back(unknown.needed());
  }

  // Appends the longest token that begins at `at` and returns its end; `at` when there is none.
  std::size_t longest_end(const Vocabulary& vocabulary, std::string_view piece, std::size_t at,
                          std::vector<TokenId>& ids) const {
    std::string wanted = at > 0 ? prefix : "";
    const std::size_t lead = wanted.size();
    wanted += piece.substr(at);
    for (std::size_t end = piece.size(); end > at;) {
      if (const std::optional<TokenId> id = vocabulary.id(wanted)) {
        ids.push_back(*id);
        return end;
      }
      end -= unicode::code_point_before(piece, end).length;
      wanted.resize(lead + end - at);
    }
    return at;
  }
};

}  // namespace

Model word_level_model(const Field& field) {
  Vocabulary vocabulary = Vocabulary::from(field.at("vocab"));
  const Unknown unknown = read_unknown(field, vocabulary);
  return {std::move(vocabulary),
          [unknown](const Vocabulary& known, std::string_view piece, std::vector<TokenId>& ids) {
            const std::optional<TokenId> id = known.id(piece);
            ids.push_back(id ? *id : unknown.needed());
          }};
}

Model word_piece_model(const Field& field) {
  Vocabulary vocabulary = Vocabulary::from(field.at("vocab"));
  const WordPiece model{read_unknown(field, vocabulary), field.at("continuing_subword_prefix").text(),
                        field.at("max_input_chars_per_word").whole_number()};
  return {std::move(vocabulary), [model](const Vocabulary& known, std::string_view piece,
                                         std::vector<TokenId>& ids) { model.tokenize(known, piece, ids); }};
}

}  // namespace tsugi::eval::tokenization
