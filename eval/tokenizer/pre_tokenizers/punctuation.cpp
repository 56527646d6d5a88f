// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Punctuation: cuts at each punctuation character.
#include "eval/tokenizer/category.h"
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/split_behavior.h"

namespace tsugi::eval::tokenization {

PreTokenizer punctuation_pre_tokenizer(const Field& field) {
  const std::optional<Field> given = field.find("behavior");
  const SplitBehavior behavior = given ? read_behavior(*given) : SplitBehavior::isolated;
  return [behavior](Pieces& pieces) {
    split_pieces(pieces, behavior, [](std::string_view piece) {
      return parts_by(piece,
                      [](char32_t c) { return (unicode::text_classes(c) & unicode::kPunctuation) != 0; });
    });
  };
}

}  // namespace tsugi::eval::tokenization
