// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/pattern_cursor.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

// str.isspace(): PCRE2's \s lacks U+001C..1F and has U+180E.
constexpr std::string_view kSpaces =
    "\\x{09}-\\x{0d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{"
    "205f}\\x{3000}";
constexpr std::string_view kNotSpaces =
    "\\x{00}-\\x{08}\\x{0e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{"
    "200b}-\\x{2027}"
    "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}";
// str.isalnum() and "_": PCRE2's \w gained marks and connectors in 10.43.
constexpr std::string_view kWords = "\\p{L}\\p{N}_";
// Everything else; "_" is connector punctuation (Pc), whose other characters stand one by one.
constexpr std::string_view kNotWords =
    "\\p{M}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\p{S}\\p{Z}\\p{C}\\x{203f}\\x{2040}\\x{2054}\\x{fe33}"
    "\\x{fe34}"
    "\\x{fe4d}-\\x{fe4f}\\x{ff3f}";

bool is_hexadecimal(char32_t c) {
  return is_one_of(c, "0123456789abcdefABCDEF");
}

PatternCharacter hexadecimal(PatternCursor& cursor, int most) {
  std::string code;
  while (static_cast<int>(code.size()) < most && is_hexadecimal(cursor.peek()))
    code += static_cast<char>(cursor.next());
  if (static_cast<int>(code.size()) < most)
    refuse_pattern(fmt::format("an incomplete escape, '{}' where {} hexadecimal digits belong", code, most));
  const unsigned long value = std::stoul(code, nullptr, 16);
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
    refuse_pattern(fmt::format("the escape of {}, which is no character of Unicode", code));
  return literal(static_cast<char32_t>(value));
}

std::string set_of(char32_t c, bool in_class) {
  const auto set = [&](std::string_view inside) {
    return in_class ? std::string(inside) : fmt::format("[{}]", inside);
  };
  switch (c) {
    case 'd':
      return "\\d";
    case 'D':
      return "\\D";
    case 's':
      return set(kSpaces);
    case 'S':
      return in_class ? std::string(kNotSpaces) : fmt::format("[^{}]", kSpaces);
    case 'w':
      return set(kWords);
    case 'W':
      return in_class ? std::string(kNotWords) : fmt::format("[^{}]", kWords);
    default:
      return "";
  }
}

}  // namespace

void refuse_pattern(std::string_view what) {
  throw std::invalid_argument(std::string(what));
}
void refuse_unsupported(std::string_view what) {
  throw std::domain_error(std::string(what));
}

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}
bool is_octal(char32_t c) {
  return c >= '0' && c <= '7';
}
bool is_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_one_of(char32_t c, std::string_view ascii) {
  return c < 0x80 && ascii.find(static_cast<char>(c)) != std::string_view::npos;
}

PatternCursor::PatternCursor(std::string_view pattern) : text_(python::code_points(pattern)) {}

char32_t PatternCursor::next() {
  if (at_end()) refuse_pattern("an end where more belongs");
  return text_[at_++];
}

bool PatternCursor::take(std::u32string_view prefix) {
  const bool there = std::u32string_view(text_).substr(at_, prefix.size()) == prefix;
  if (there) at_ += prefix.size();
  return there;
}

std::optional<std::string> PatternCursor::until(char32_t end) {
  const std::size_t last = text_.find(end, at_);
  if (last == std::u32string::npos) return {};
  const std::size_t first = std::exchange(at_, last + 1);
  return python::utf8(std::u32string_view(text_).substr(first, last - first));
}

std::string PatternCursor::digits() {
  std::string digits;
  while (is_digit(peek())) digits += static_cast<char>(next());
  return digits;
}

PatternCharacter literal(char32_t c) {
  return {c >= 0x80 || is_digit(c) || is_letter(c) ? python::utf8({&c, 1})
                                                   : fmt::format("\\x{{{:02x}}}", static_cast<unsigned>(c)),
          c};
}

PatternCharacter octal(PatternCursor& cursor, char32_t value, int most) {
  for (; most > 0 && is_octal(cursor.peek()); --most) value = 8 * value + (cursor.next() - '0');
  if (value > 0377) refuse_pattern("an octal escape above \\377");
  return literal(value);
}

PatternCharacter escaped(PatternCursor& cursor, bool in_class) {
  if (cursor.at_end()) refuse_pattern("a backslash at its end");
  const char32_t c = cursor.next();
  if (c == 'x') return hexadecimal(cursor, 2);
  if (c == 'u') return hexadecimal(cursor, 4);
  if (c == 'U') return hexadecimal(cursor, 8);
  if (is_octal(c)) return octal(cursor, c - '0', 2);
  if (std::string set = set_of(c, in_class); !set.empty()) return {std::move(set), 0, true};
  constexpr std::string_view kNames = "abfnrtv";
  constexpr std::string_view kControls = "\a\b\f\n\r\t\v";
  if (is_one_of(c, kNames))
    return literal(static_cast<unsigned char>(kControls[kNames.find(static_cast<char>(c))]));
  if (c == 'N') refuse_unsupported("the escape '\\N', which tsugi does not have");
  if (is_letter(c) || is_digit(c))
    refuse_pattern(
        fmt::format("the escape '\\{}', which Python's re does not have here", static_cast<char>(c)));
  return literal(c);
}

}  // namespace tsugi::eval
