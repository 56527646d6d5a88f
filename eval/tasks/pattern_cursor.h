// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A Python pattern as it is read, and what a single character of it means.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tsugi::eval {

/// Throws std::invalid_argument: what of a pattern is not valid in Python.
[[noreturn]] void refuse_pattern(std::string_view what);
/// Throws std::domain_error: what tsugi cannot do as Python does.
[[noreturn]] void refuse_unsupported(std::string_view what);

bool is_digit(char32_t c);
bool is_octal(char32_t c);
bool is_letter(char32_t c);  ///< of ASCII
bool is_one_of(char32_t c, std::string_view ascii);

/// A place in a pattern.
class PatternCursor {
 public:
  explicit PatternCursor(std::string_view pattern);

  bool at_end() const { return at_ >= text_.size(); }
  /// U+0000 behind the end, which means nothing in a pattern.
  char32_t peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : U'\0';
  }
  char32_t previous() const { return text_[at_ - 1]; }
  /// Refuses the end.
  char32_t next();
  /// Goes behind `prefix` if it stands here.
  bool take(std::u32string_view prefix);
  /// What stands before the next `end`, which is gone over; nothing, and nowhere gone, without one.
  std::optional<std::string> until(char32_t end);
  std::string digits();

  std::size_t place() const { return at_; }
  void go_back(std::size_t place) { at_ = place; }

 private:
  std::u32string text_;
  std::size_t at_ = 0;
};

/// A character, or one of the sets \d, \s, …, in PCRE2's syntax.
struct PatternCharacter {
  std::string text;
  char32_t code = 0;
  bool is_set = false;
};

/// A character that means itself, in a class or outside.
PatternCharacter literal(char32_t c);

/// Reads what follows a backslash, unless it is an anchor or the number of a group.
PatternCharacter escaped(PatternCursor& cursor, bool in_class);

/// `value` and up to `most` octal digits more.
PatternCharacter octal(PatternCursor& cursor, char32_t value, int most);

}  // namespace tsugi::eval
