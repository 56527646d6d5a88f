// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tasks/quoted_scalar.h"

#include <charconv>

#include "eval/tokenizer/unicode.h"

namespace tsugi::eval {
namespace {

class Reader {
 public:
  Reader(std::string_view text, std::size_t at) : text_(text), at_(at + 1), quote_(text[at]) {}

  std::optional<std::string> read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == quote_) {
        if (quote_ != '\'' || peek(1) != '\'') return lines_ > 0 ? std::optional(value_) : std::nullopt;
        value_ += '\'';
        at_ += 2;
      } else if (c == ' ' || c == '\t' || is_break(c)) {
        white_space();
      } else if (c == '\\' && quote_ == '"') {
        if (!escape()) return std::nullopt;
      } else {
        value_ += c;
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  static bool is_break(char c) { return c == '\n' || c == '\r'; }
  char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void skip_blanks() {
    while (peek(0) == ' ' || peek(0) == '\t') ++at_;
  }
  void skip_break() {
    at_ += peek(0) == '\r' && peek(1) == '\n' ? 2 : 1;
    ++lines_;
  }

  // Blanks inside a line stay; a line's end becomes a blank, or as many line feeds as blank lines follow.
  void white_space() {
    const std::size_t begin = at_;
    skip_blanks();
    if (!is_break(peek(0)) || at_ >= text_.size()) {
      value_ += text_.substr(begin, at_ - begin);
      return;
    }
    skip_break();
    fold();
  }

  void fold() {
    std::size_t blank_lines = 0;
    for (skip_blanks(); at_ < text_.size() && is_break(peek(0)); skip_blanks()) {
      skip_break();
      ++blank_lines;
    }
    value_ += blank_lines == 0 ? std::string(" ") : std::string(blank_lines, '\n');
  }

  bool escape() {
    const char kind = peek(1);
    at_ += 2;
    if (is_break(kind)) {  // a line's end that is none; blank lines behind it count
      --at_;
      skip_break();
      for (skip_blanks(); at_ < text_.size() && is_break(peek(0)); skip_blanks()) {
        skip_break();
        value_ += '\n';
      }
      return true;
    }
    if (kind == 'x' || kind == 'u' || kind == 'U') return hexadecimal(kind == 'x' ? 2 : kind == 'u' ? 4 : 8);
    constexpr std::string_view kNames = "0abt\tnvfre \"\\/NLP_";
    constexpr char32_t kValues[] = {0,  7,   8,   9,    9,   10,   11,     12,     13,
                                    27, ' ', '"', '\\', '/', 0x85, 0x2028, 0x2029, 0xA0};
    const std::size_t found = kNames.find(kind);
    if (found == std::string_view::npos) return false;
    unicode::append_utf8(value_, kValues[found]);
    return true;
  }

  bool hexadecimal(std::size_t digits) {
    std::uint32_t code = 0;
    const std::string_view part = text_.substr(std::min(at_, text_.size()), digits);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), code, 16);
    if (part.size() != digits || error != std::errc() || end != part.data() + part.size() || code > 0x10FFFF)
      return false;
    unicode::append_utf8(value_, code);
    at_ += digits;
    return true;
  }

  std::string_view text_;
  std::size_t at_;
  char quote_;
  std::string value_;
  std::size_t lines_ = 0;
};

}  // namespace

std::optional<std::string> read_long_quoted(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '\'' && text[at] != '"')) return std::nullopt;
  return Reader(text, at).read();
}

}  // namespace tsugi::eval
