// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CharDelimiterSplit: what lies between a character; FixedLength: so many characters at a time.
#include <fmt/format.h>

#include "eval/tokenizer/components.h"
#include "eval/tokenizer/split_behavior.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {

PreTokenizer char_delimiter_pre_tokenizer(const Field& field) {
  const std::string delimiter = field.at("delimiter").text();
  if (delimiter.empty()) field.at("delimiter").refuse("is empty", "give one character");
  const char32_t wanted = unicode::code_point_at(delimiter, 0).value;
  return [wanted](Pieces& pieces) {
    split_pieces(pieces, SplitBehavior::removed, [&](std::string_view piece) {
      return parts_by(piece, [&](char32_t c) { return c == wanted; });
    });
  };
}

PreTokenizer fixed_length_pre_tokenizer(const Field& field) {
  const std::uint64_t length = field.at("length").whole_number();
  if (length == 0) field.at("length").refuse("is 0", "give a length of 1 or more");
  return [length](Pieces& pieces) {
    split_pieces(pieces, SplitBehavior::isolated, [&](std::string_view piece) {
      std::vector<SplitPart> parts;
      std::uint64_t count = 0;
      for (std::size_t at = 0; at < piece.size(); ++count) {
        const std::size_t end = at + unicode::code_point_at(piece, at).length;
        if (count % length == 0) parts.push_back({at, at, true});
        parts.back().end = at = end;
      }
      return parts;
    });
  };
}

}  // namespace tsugi::eval::tokenization
