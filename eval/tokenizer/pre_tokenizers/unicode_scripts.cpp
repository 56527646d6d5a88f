// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// UnicodeScripts: cuts where the script changes; kana go with Han, a blank with what is before it.
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/scripts.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

// Blanks at the beginning of a piece belong to nothing and are lost, as in tokenizers.
void cut_by_script(Pieces& pieces) {
  std::vector<Pieces::Span> spans;
  for (const Pieces::Span& span : pieces.spans) {
    std::uint8_t last = 0;
    for (std::size_t at = span.begin; at < span.end;) {
      const unicode::CodePoint here = unicode::code_point_at(pieces.text, at);
      const std::uint8_t script = unicode::script_split_class(here.value);
      at += here.length;
      if (script != 0 && script != last) {
        spans.push_back({at - here.length, at});
        last = script;
      } else if (last != 0) {
        spans.back().end = at;
      }
    }
  }
  pieces.spans = std::move(spans);
}

}  // namespace

PreTokenizer unicode_scripts_pre_tokenizer(const Field&) {
  return cut_by_script;
}

}  // namespace tsugi::eval::tokenization
