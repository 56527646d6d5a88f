// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Split: cuts by a text or a regular expression.
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/pattern.h"
#include "eval/tokenizer/split_behavior.h"

namespace tsugi::eval::tokenization {

PreTokenizer split_pre_tokenizer(const Field& field) {
  const EachMatch each_match = read_pattern(field.at("pattern"));
  const SplitBehavior behavior = read_behavior(field.at("behavior"));
  const bool invert = field.at("invert").boolean();
  return [=](Pieces& pieces) {
    split_pieces(pieces, behavior, [&](std::string_view piece) {
      std::vector<SplitPart> parts;
      std::size_t done = 0;
      each_match(piece, [&](std::size_t begin, std::size_t end) {
        if (done < begin) parts.push_back({done, begin, invert});
        parts.push_back({begin, end, !invert});
        done = end;
      });
      if (done < piece.size()) parts.push_back({done, piece.size(), invert});
      return parts;
    });
  };
}

}  // namespace tsugi::eval::tokenization
