// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// UTF-8, and the classes of code points that tokenizers split on, on Unicode 16 tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tsugi::eval::unicode {

/// A code point and the bytes it takes, 1 to 4.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 1;
};

/// The bytes at `text[at]`: `length` of a code point, or of the longest part that could have begun one (at
/// least 1).
struct Utf8Part {
  std::size_t length = 1;
  bool valid = false;
};
Utf8Part utf8_part(std::string_view text, std::size_t at);

/// Position of the first byte that is not UTF-8 (surrogates, overlong forms and values above U+10FFFF are
/// not).
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// The code point at `text[at]`; `text` must be UTF-8 and at < text.size().
CodePoint code_point_at(std::string_view text, std::size_t at);

/// The code point that ends before `text[end]`; `text` must be UTF-8 and end > 0.
CodePoint code_point_before(std::string_view text, std::size_t end);

void append_utf8(std::string& text, char32_t code_point);

/// Every maximal invalid part becomes one U+FFFD (Unicode 16, section 3.9, "substitution of maximal
/// subparts").
std::string replace_invalid_utf8(std::string_view bytes);

/// Classes a code point is in; combine with &.
enum Class : std::uint8_t {
  kLetter = 1,    ///< general category L
  kNumber = 2,    ///< general category N
  kSpace = 4,     ///< property White_Space
  kWord = 8,      ///< \w of UTS 18: Alphabetic, M, Nd, Pc, Join_Control
  kNumeric = 16,  ///< general category N of Unicode 17, which is what Rust's char::is_numeric knows
};

/// The classes of a code point, as a sum of Class values.
std::uint8_t classes(char32_t code_point);

inline bool is_letter(char32_t c) {
  return (classes(c) & kLetter) != 0;
}
inline bool is_number(char32_t c) {
  return (classes(c) & kNumber) != 0;
}
inline bool is_space(char32_t c) {
  return (classes(c) & kSpace) != 0;
}
inline bool is_word(char32_t c) {
  return (classes(c) & kWord) != 0;
}

}  // namespace tsugi::eval::unicode
