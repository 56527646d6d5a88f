// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A template's text cut into literal text and the tokens inside {{ }}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eval/template/syntax.h"

namespace tsugi::eval::syntax {

enum class TokenKind { text, begin, end, block_begin, block_end, name, integer, real, string, operation };

struct Token {
  TokenKind kind;
  std::string value;  ///< a string's characters after escapes; an operator as written; text as it stands
  Position position;
};

/// Jinja's settings of white space around {% statements %} and {# comments #}.
struct Whitespace {
  bool trim_blocks = false;    ///< a line feed behind one goes
  bool lstrip_blocks = false;  ///< blanks before one on its line go
  bool keep_trailing_newline = true;
};

/// Tokens of a whole template. Comments are gone, "-" beside a delimiter has stripped its text, newlines are
/// "\n". Throws Failure.
std::vector<Token> lex_template(std::string_view source, const Whitespace& whitespace = {});

/// Tokens of one expression without delimiters. Throws Failure.
std::vector<Token> lex_expression(std::string_view source);

}  // namespace tsugi::eval::syntax
