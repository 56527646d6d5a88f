// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What components of tokenizer.json make of a code point beyond the classes of unicode.h: as Hugging Face's
// tokenizers 0.23 takes it, whose parts are of several versions of Unicode (make_text_tables.py).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tsugi::eval::unicode {

/// General categories of Unicode 16, in the order of the generated table.
enum class Category : std::uint8_t {
  Cn,
  Lu,
  Ll,
  Lt,
  Lm,
  Lo,
  Mn,
  Mc,
  Me,
  Nd,
  Nl,
  No,
  Pc,
  Pd,
  Ps,
  Pe,
  Pi,
  Pf,
  Po,
  Sm,
  Sc,
  Sk,
  So,
  Zs,
  Zl,
  Zp,
  Cc,
  Cf,
  Co,
  Cs
};
/// "L", "Lu", …: whether the category's two-letter name begins with `name`.
bool is_in(Category category, std::string_view name);
/// Whether any category does.
bool is_category(std::string_view name);
Category category(char32_t code_point);

/// Combine with &.
enum TextClass : std::uint8_t {
  kBertControl = 1,     ///< dropped by BertNormalizer's clean_text
  kMark = 2,            ///< dropped by StripAccents
  kBertNonspacing = 4,  ///< dropped by BertNormalizer's strip_accents
  kPunctuation = 8,     ///< of Punctuation and BertPreTokenizer
  kNoNormalForm = 16,   ///< newer than the library's normal forms, which leave it as and where it is
};
std::uint8_t text_classes(char32_t code_point);

/// Whether a code point goes on with any extended grapheme cluster before it (Extend or SpacingMark of
/// Unicode 17; not U+200D, which has rules of its own).
bool joins_cluster(char32_t code_point);

/// Appends the lower case of a code point (Rust's char::to_lowercase: no final sigma, two for U+0130).
void append_lower(std::string& text, char32_t code_point);

}  // namespace tsugi::eval::unicode
