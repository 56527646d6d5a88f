// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whitespace: runs of word characters and runs of other characters (\w+|[^\w\s]+); WhitespaceSplit: what lies
// between white space.
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/split_behavior.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

void remove_spaces(Pieces& pieces) {
  split_pieces(pieces, SplitBehavior::removed,
               [](std::string_view piece) { return parts_by(piece, unicode::is_space); });
}

std::vector<SplitPart> words(std::string_view piece) {
  std::vector<SplitPart> parts = parts_by(piece, [](char32_t) { return true; });
  for (SplitPart& part : parts)
    part.match = unicode::is_word(unicode::code_point_at(piece, part.begin).value);
  return parts;
}

}  // namespace

PreTokenizer whitespace_pre_tokenizer(const Field&) {
  return [](Pieces& pieces) {
    remove_spaces(pieces);
    split_pieces(pieces, SplitBehavior::contiguous, words);
  };
}

PreTokenizer whitespace_split_pre_tokenizer(const Field&) {
  return remove_spaces;
}

}  // namespace tsugi::eval::tokenization
