// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "eval/template/python_text.h"

namespace tsugi::eval::syntax {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// Letters of other scripts count as letters: column names may be written in any language.
bool is_name_start(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string with_plain_newlines(std::string_view source) {
  std::string text = python::replace(source, "\r\n", "\n");
  std::replace(text.begin(), text.end(), '\r', '\n');
  return text;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source, const Whitespace& whitespace = {})
      : text_(with_plain_newlines(source)), whitespace_(whitespace) {
    if (!whitespace_.keep_trailing_newline && text_.ends_with('\n')) text_.pop_back();
  }

  std::vector<Token> whole_template() {
    while (at_ < text_.size()) {
      const std::size_t open = next_delimiter();
      add_text(open);
      if (at_ < text_.size()) delimiter();
    }
    return std::move(tokens_);
  }

  std::vector<Token> expression() {
    while (skip_space(), at_ < text_.size()) token();
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return std::string_view(text_).substr(at_); }
  bool starts(std::string_view prefix) const { return rest().substr(0, prefix.size()) == prefix; }

  void advance(std::size_t count) {
    for (const std::size_t end = at_ + count; at_ < end; ++at_) {
      if (text_[at_] == '\n') {
        ++position_.line;
        position_.column = 1;
      } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0U) != 0x80U) {
        ++position_.column;  // one for each character, not for each byte of it
      }
    }
  }

  void skip_space() { advance(rest().size() - python::lstrip(rest()).size()); }

  [[noreturn]] void fail(std::string what, std::string cure) const {
    throw Failure{position_, std::move(what), std::move(cure)};
  }

  std::size_t next_delimiter() const {
    std::size_t open = text_.size();
    for (const std::string_view delimiter : {"{{", "{%", "{#"})
      open = std::min(open, text_.find(delimiter, at_));
    return open;
  }

  void add_text(std::size_t end) {
    const Position start = position_;
    std::string_view text = std::string_view(text_).substr(at_, end - at_);
    if (strip_next_) text = python::lstrip(text);
    strip_next_ = false;
    bool begins_line = at_ == 0 || text_[at_ - 1] == '\n';
    if (trim_next_ && text.starts_with('\n')) {
      text.remove_prefix(1);
      begins_line = true;
    }
    trim_next_ = false;
    const char mark = end + 2 < text_.size() ? text_[end + 2] : '\0';
    if (mark == '-') {
      text = python::rstrip(text);
    } else if (whitespace_.lstrip_blocks && mark != '+' && end < text_.size() && text_[end + 1] != '{') {
      text = without_indent(text, begins_line);
    }
    if (!text.empty()) tokens_.push_back({TokenKind::text, std::string(text), start});
    advance(end - at_);
  }

  // Blanks between the last line's beginning and the end go.
  static std::string_view without_indent(std::string_view text, bool begins_line) {
    const std::size_t last = text.find_last_not_of(" \t");
    if (last == std::string_view::npos) return begins_line ? std::string_view() : text;
    return text[last] == '\n' ? text.substr(0, last + 1) : text;
  }

  void delimiter() {
    if (starts("{#")) return comment();
    const bool block = starts("{%");
    const Position start = position_;
    tokens_.push_back({block ? TokenKind::block_begin : TokenKind::begin, block ? "{%" : "{{", position_});
    advance(text_.size() > at_ + 2 && (text_[at_ + 2] == '-' || text_[at_ + 2] == '+') ? 3 : 2);
    while (true) {
      skip_space();
      if (at_ >= text_.size()) {
        if (block) throw Failure{start, "'{%' without its '%}'", "close the statement with '%}'"};
        throw Failure{start, "'{{' without its '}}'", "close the expression with '}}'"};
      }
      if (open_brackets_.empty() && close(block ? "%}" : "}}")) return;
      token();
    }
  }

  /// Consumes "}}", "-}}" or "+%}".
  bool close(std::string_view end) {
    const bool marked = (starts("-") || starts("+")) && rest().substr(1, end.size()) == end;
    if (!marked && !starts(end)) return false;
    const bool block = end == "%}";
    const bool stripping = starts("-");
    tokens_.push_back({block ? TokenKind::block_end : TokenKind::end, std::string(end), position_});
    trim_next_ = block && whitespace_.trim_blocks && !marked;
    advance(end.size() + (marked ? 1 : 0));
    strip_next_ = stripping;
    return true;
  }

  void comment() {
    const std::size_t end = text_.find("#}", at_ + 2);
    if (end == std::string::npos) fail("'{#' without its '#}'", "close the comment with '#}'");
    strip_next_ = end > at_ + 2 && text_[end - 1] == '-';
    trim_next_ = whitespace_.trim_blocks && !strip_next_ && text_[end - 1] != '+';
    advance(end + 2 - at_);
  }

  void token() {
    const char c = text_[at_];
    if (is_name_start(c)) return name();
    if (is_digit(c)) return number();
    if (c == '"' || c == '\'') return string(c);
    operation();
  }

  void take(TokenKind kind, std::size_t length) {
    tokens_.push_back({kind, std::string(rest().substr(0, length)), position_});
    advance(length);
  }

  void name() {
    std::size_t length = 0;
    while (length < rest().size() && (is_name_start(rest()[length]) || is_digit(rest()[length]))) ++length;
    take(TokenKind::name, length);
  }

  void number() {
    const std::string_view text = rest();
    const auto digits = [&](std::size_t from) {
      while (from < text.size() && is_digit(text[from])) ++from;
      return from;
    };
    const auto digit_at = [&](std::size_t at) { return at < text.size() && is_digit(text[at]); };
    std::size_t length = digits(0);
    TokenKind kind = TokenKind::integer;
    const bool after_dot = at_ > 0 && text_[at_ - 1] == '.';  // x.0.1 is two indexes
    if (!after_dot && length < text.size() && text[length] == '.' && digit_at(length + 1)) {
      length = digits(length + 1);
      kind = TokenKind::real;
    }
    if (length < text.size() && (text[length] == 'e' || text[length] == 'E')) {
      const std::size_t sign =
          length + 1 < text.size() && (text[length + 1] == '+' || text[length + 1] == '-') ? 1 : 0;
      if (digit_at(length + 1 + sign)) {
        length = digits(length + 1 + sign);
        kind = TokenKind::real;
      }
    }
    if (length < text.size() && (is_name_start(text[length]))) {
      fail(fmt::format("the number '{}'", text.substr(0, length + 1)), "write it in plain decimal digits");
    }
    take(kind, length);
  }

  void string(char quote) {
    const Position start = position_;
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) throw Failure{start, "a string without its closing quote", "close the quote"};
    std::string value = unescaped(std::string_view(text_).substr(at_ + 1, end - at_ - 1));
    tokens_.push_back({TokenKind::string, std::move(value), start});
    advance(end + 1 - at_);
  }

  /// Python's unicode-escape: a backslash before anything else stays.
  std::string unescaped(std::string_view raw) const {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\\') {
        out += raw[i];
        continue;
      }
      ++i;
      constexpr std::string_view kLetters = "abfnrtv\\'\"";
      constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
      const std::size_t simple = kLetters.find(raw[i]);
      if (simple != std::string_view::npos) {
        out += kMeanings[simple];
      } else if (raw[i] == 'x' || raw[i] == 'u' || raw[i] == 'U') {
        const std::size_t digits = raw[i] == 'x' ? 2 : raw[i] == 'u' ? 4 : 8;
        out += coded(raw.substr(i + 1, digits), digits, 16);
        i += digits;
      } else if (raw[i] >= '0' && raw[i] <= '7') {
        std::size_t digits = 1;
        while (digits < 3 && i + digits < raw.size() && raw[i + digits] >= '0' && raw[i + digits] <= '7')
          ++digits;
        out += coded(raw.substr(i, digits), digits, 8);
        i += digits - 1;
      } else if (raw[i] != '\n') {  // a backslash at the end of a line joins it to the next
        out += '\\';
        out += raw[i];
      }
    }
    return out;
  }

  std::string coded(std::string_view digits, std::size_t wanted, int base) const {
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, base);
    if (digits.size() != wanted || error != std::errc() || end != digits.data() + digits.size() ||
        code > 0x10FFFF) {
      fail("a broken character escape in a string", "write the character itself");
    }
    if (code >= 0xD800 && code < 0xE000) {
      throw Failure{position_, "a broken character escape in a string (one half of a pair)",
                    "write the character itself, not as tojson does", true};
    }
    return python::utf8(std::u32string(1, static_cast<char32_t>(code)));
  }

  void operation() {
    constexpr std::array<std::string_view, 26> kOperations{"**", "//", "==", "!=", "<=", ">=", "(", ")", "[",
                                                           "]",  "{",  "}",  ",",  ":",  ".",  "|", "+", "-",
                                                           "*",  "/",  "%",  "~",  "<",  ">",  "=", ";"};
    const auto* found = std::find_if(kOperations.begin(), kOperations.end(),
                                     [&](std::string_view text) { return starts(text); });
    if (found == kOperations.end()) {
      fail(fmt::format("the character '{}' in an expression", rest()[0]), "remove it or put it into quotes");
    }
    const char c = (*found)[0];
    if (c == '(' || c == '[' || c == '{') open_brackets_ += c;
    if ((c == ')' || c == ']' || c == '}') && !open_brackets_.empty()) open_brackets_.pop_back();
    take(TokenKind::operation, found->size());
  }

  std::string text_;
  Whitespace whitespace_;
  std::size_t at_ = 0;
  Position position_;
  std::vector<Token> tokens_;
  std::string open_brackets_;  ///< inside them "}}" closes dicts, not the expression
  bool strip_next_ = false;
  bool trim_next_ = false;
};

}  // namespace

std::vector<Token> lex_template(std::string_view source, const Whitespace& whitespace) {
  return Lexer(source, whitespace).whole_template();
}
std::vector<Token> lex_expression(std::string_view source) {
  return Lexer(source).expression();
}

}  // namespace tsugi::eval::syntax
