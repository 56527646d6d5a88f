// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/holdout/passages.h"

#include <initializer_list>

#include "eval/metrics/script.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval {

Unit unit_of(std::string_view text) {
  const LetterCounts letters = count_letters(text);
  std::size_t unspaced = 0;
  for (const Script script :
       {Script::kana, Script::han, Script::thai, Script::lao, Script::khmer, Script::myanmar})
    unspaced += letters[script];
  return 2 * unspaced > letters.all ? Unit::character : Unit::word;
}

UnitRow::UnitRow(std::string_view normalised, Unit unit) {
  bool inside = false;  // of a word
  for (std::size_t at = 0; at < normalised.size();) {
    const unicode::CodePoint here = unicode::code_point_at(normalised, at);
    const std::string_view bytes = normalised.substr(at, here.length);
    at += here.length;
    if (unicode::is_space(here.value)) inside = false;
    if (!unicode::is_word(here.value)) continue;  // "don't" is one word, as in GPT-3's rule
    if (unit == Unit::word && inside) {
      text_ += bytes;
      end_.back() = text_.size();
      continue;
    }
    if (unit == Unit::word && !text_.empty()) text_ += ' ';
    begin_.push_back(text_.size());
    text_ += bytes;
    end_.push_back(text_.size());
    inside = true;
  }
}

}  // namespace tsugi::eval
