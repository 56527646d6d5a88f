// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Digits: parts numbers (general category N) from the rest, one by one or as runs.
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

void apply(Pieces& pieces, bool individual) {
  std::vector<Pieces::Span> spans;
  for (const Pieces::Span& span : pieces.spans) {
    std::size_t begin = span.begin;
    bool was_number = false;
    for (std::size_t at = span.begin; at < span.end;) {
      const unicode::CodePoint here = unicode::code_point_at(pieces.text, at);
      const bool number = (unicode::classes(here.value) & unicode::kNumeric) != 0;
      const bool cut = number != was_number || (number && individual);
      if (cut && at > begin) {
        spans.push_back({begin, at});
        begin = at;
      }
      was_number = number;
      at += here.length;
    }
    if (begin < span.end) spans.push_back({begin, span.end});
  }
  pieces.spans = std::move(spans);
}

}  // namespace

PreTokenizer digits_pre_tokenizer(const Field& field) {
  const bool individual = field.at("individual_digits").boolean();
  return [=](Pieces& pieces) { apply(pieces, individual); };
}

}  // namespace tsugi::eval::tokenization
