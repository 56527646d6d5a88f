// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// BertNormalizer: cleaning, spaces around Chinese characters, accents, lower case.
#include <algorithm>
#include <array>

#include "eval/tokenizer/category.h"
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/normal_form.h"
#include "eval/tokenizer/normalizers/each_code_point.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// As tokenizers has them (normalizers/bert.rs), a gap from U+2B820 on included.
constexpr std::array kChinese{Range{0x4E00, 0x9FFF},   Range{0x3400, 0x4DBF},   Range{0x20000, 0x2A6DF},
                              Range{0x2A700, 0x2B73F}, Range{0x2B740, 0x2B81F}, Range{0x2B920, 0x2CEAF},
                              Range{0xF900, 0xFAFF},   Range{0x2F800, 0x2FA1F}};

bool is_chinese(char32_t c) {
  return std::any_of(kChinese.begin(), kChinese.end(),
                     [c](const Range& range) { return range.first <= c && c <= range.last; });
}

void append_clean(std::string& result, char32_t c) {
  if ((unicode::text_classes(c) & unicode::kBertControl) != 0) return;
  unicode::append_utf8(result, unicode::is_space(c) ? U' ' : c);
}

void append_spaced(std::string& result, char32_t c) {
  if (is_chinese(c)) result += ' ';
  unicode::append_utf8(result, c);
  if (is_chinese(c)) result += ' ';
}

void append_unless_nonspacing(std::string& result, char32_t c) {
  if ((unicode::text_classes(c) & unicode::kBertNonspacing) == 0) unicode::append_utf8(result, c);
}

}  // namespace

Normalizer bert_normalizer(const Field& field) {
  const bool clean = field.boolean_or("clean_text", true);
  const bool spaced = field.boolean_or("handle_chinese_chars", true);
  const bool lower = field.boolean_or("lowercase", true);
  const bool accents = field.boolean_or("strip_accents", lower);
  return [=](std::string_view given) {
    std::string text(given);
    if (clean) text = each_code_point(text, append_clean);
    if (spaced) text = each_code_point(text, append_spaced);
    if (accents)
      text = each_code_point(unicode::normal_form(text, unicode::NormalForm::nfd), append_unless_nonspacing);
    if (lower) text = each_code_point(text, unicode::append_lower);
    return text;
  };
}

}  // namespace tsugi::eval::tokenization
