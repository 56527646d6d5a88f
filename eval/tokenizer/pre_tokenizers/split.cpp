// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Split: cuts by one of the known regular expressions.
#include <fmt/format.h>

#include "eval/tokenizer/components.h"
#include "eval/tokenizer/pre_tokenizers/patterns.h"

namespace tsugi::eval::tokenization {
namespace {

void apply(Pieces& pieces, Scanner scan) {
  std::vector<Pieces::Span> spans;
  for (const Pieces::Span& span : pieces.spans) {
    const std::string_view piece = pieces.piece(span);
    for (std::size_t begin = 0; begin < piece.size();) {
      const std::size_t end = scan(piece, begin);
      spans.push_back({span.begin + begin, span.begin + end});
      begin = end;
    }
  }
  pieces.spans = std::move(spans);
}

}  // namespace

PreTokenizer split_pre_tokenizer(const Field& field) {
  const Field pattern = field.at("pattern");
  const std::optional<std::string> regex = pattern.text_of("Regex");
  const Scanner scan = regex ? find_scanner(*regex) : nullptr;
  if (scan == nullptr) {
    pattern.refuse(fmt::format("is {}", pattern.json().dump()),
                   "this version runs Split with the patterns of GPT-2, Llama 3 and Qwen 2");
  }
  // The known patterns match every character, so keeping the matches and dropping the gaps are the same.
  const std::string behavior = field.at("behavior").text();
  const bool invert = field.at("invert").boolean();
  if (!(behavior == "Isolated" && !invert) && !(behavior == "Removed" && invert)) {
    field.refuse(fmt::format("has behavior '{}' with invert {}", behavior, invert),
                 "this version runs Split with 'Isolated', or 'Removed' with invert");
  }
  return [=](Pieces& pieces) { apply(pieces, scan); };
}

}  // namespace tsugi::eval::tokenization
