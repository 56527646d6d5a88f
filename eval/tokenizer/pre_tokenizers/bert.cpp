// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// BertPreTokenizer: cuts at white space, which is gone, and at each punctuation character.
#include "eval/tokenizer/category.h"
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/split_behavior.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {

PreTokenizer bert_pre_tokenizer(const Field&) {
  return [](Pieces& pieces) {
    split_pieces(pieces, SplitBehavior::removed,
                 [](std::string_view piece) { return parts_by(piece, unicode::is_space); });
    split_pieces(pieces, SplitBehavior::isolated, [](std::string_view piece) {
      return parts_by(piece,
                      [](char32_t c) { return (unicode::text_classes(c) & unicode::kPunctuation) != 0; });
    });
  };
}

}  // namespace tsugi::eval::tokenization
