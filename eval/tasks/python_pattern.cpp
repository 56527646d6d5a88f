// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The rewriting of Python patterns for PCRE2. Both stem from Perl's syntax; the rows below are where they
// part.
#include <fmt/format.h>

#include <stdexcept>

#include "eval/tasks/python_regex.h"

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

[[noreturn]] void refuse(std::string_view what) {
  throw std::invalid_argument(std::string(what));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Rewriter {
 public:
  explicit Rewriter(std::string_view pattern) : in_(pattern) {}

  std::string run() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        escape(false);
      } else if (c == '[') {
        character_class();
      } else if (c == '(') {
        group();
      } else if (c == '{') {
        repetition();
      } else {
        out_ += c;
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  char peek(std::size_t ahead) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  bool starts(std::string_view prefix) const { return in_.substr(at_, prefix.size()) == prefix; }
  void copy(std::size_t count) {
    out_ += in_.substr(at_, count);
    at_ += count;
  }

  void escape(bool in_class) {
    if (at_ + 1 >= in_.size()) refuse("a backslash at its end");
    const char c = in_[at_ + 1];
    if (!is_letter(c)) return copy(2);
    if (c == 'x') return hexadecimal(2);
    if (c == 'u') return hexadecimal(4);
    if (c == 'U') return hexadecimal(8);
    at_ += 2;
    if (const std::string_view set = set_of(c, in_class); !set.empty()) {
      const bool negated = !in_class && (c == 'S' || c == 'W');
      out_ += in_class ? std::string(set) : fmt::format("[{}{}]", negated ? "^" : "", set);
    } else if (c == 'Z' && !in_class) {
      out_ += "\\z";
    } else if (c == 'v') {
      out_ += "\\x{0b}";
    } else if (std::string_view(in_class ? "abdDfnrt" : "abBAdDfnrt").find(c) != std::string_view::npos) {
      out_ += '\\';
      out_ += c;
    } else {
      refuse(fmt::format("the escape '\\{}', which Python's re does not have", c));
    }
  }

  static std::string_view set_of(char c, bool in_class) {
    switch (c) {
      case 's':
        return kSpaces;
      case 'S':
        return in_class ? kNotSpaces : kSpaces;
      case 'w':
        return kWords;
      case 'W':
        return in_class ? kNotWords : kWords;
      default:
        return {};
    }
  }

  void hexadecimal(std::size_t digits) {
    const std::string_view code = in_.substr(at_ + 2, digits);
    if (code.size() != digits || code.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
      refuse(fmt::format("the incomplete escape '{}'", in_.substr(at_, 2)));
    }
    out_ += fmt::format("\\x{{{}}}", code);
    at_ += 2 + digits;
  }

  void character_class() {
    copy(1);
    if (peek(0) == '^') copy(1);
    bool first = true;
    for (; at_ < in_.size() && (first || in_[at_] != ']'); first = false) {
      if (in_[at_] == '\\') {
        escape(true);
      } else if (in_[at_] == '[') {  // PCRE2 would look for a POSIX class
        out_ += "\\[";
        ++at_;
      } else {
        copy(1);
      }
    }
    if (at_ >= in_.size()) refuse("a '[' without its ']'");
    copy(1);
  }

  void group() {
    if (peek(1) == '*') refuse("'(*'");
    if (peek(1) != '?') return copy(1);
    if (starts("(?#")) {
      const std::size_t end = in_.find(')', at_);
      if (end == std::string_view::npos) refuse("a comment without its ')'");
      at_ = end + 1;
      return;
    }
    for (const std::string_view known : {"(?:", "(?P<", "(?P=", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?("}) {
      if (starts(known)) return copy(known.size());
    }
    flags();
  }

  /// (?i) or (?i-s:  Python's "u" is the default here; "a" and "L" would change what \w means.
  void flags() {
    std::size_t end = at_ + 2;
    std::string kept;
    for (; end < in_.size() && (is_letter(in_[end]) || in_[end] == '-'); ++end) {
      if (std::string_view("aL").find(in_[end]) != std::string_view::npos) {
        refuse("the flag 'a' or 'L', which tsugi does not have");
      }
      if (std::string_view("imsxu-").find(in_[end]) == std::string_view::npos)
        refuse("an unknown extension '(?'");
      if (in_[end] != 'u') kept += in_[end];
    }
    if (end >= in_.size() || end == at_ + 2 || (in_[end] != ')' && in_[end] != ':'))
      refuse("an unknown extension '(?'");
    if (in_[end] == ')' && at_ != 0) refuse("flags that are not at its start");
    out_ += kept.empty() && in_[end] == ')' ? "" : fmt::format("(?{}{}", kept, in_[end]);
    at_ = end + 1;
  }

  /// Python reads {,n} as {0,n}; PCRE2 only since 10.43.
  void repetition() {
    std::size_t end = at_ + 2;
    while (end < in_.size() && is_digit(in_[end])) ++end;
    if (peek(1) == ',' && end < in_.size() && in_[end] == '}') {
      out_ += "{0";
      ++at_;
    } else {
      copy(1);
    }
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string pcre_pattern(std::string_view pattern) {
  return Rewriter(pattern).run();
}

}  // namespace tsugi::eval
