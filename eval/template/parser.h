// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tokens to syntax tree, with Jinja2's precedence: if-else, or, and, not, comparison, + -, ~, * / // %,
// unary, postfix.
#pragma once

#include <string_view>

#include "eval/template/lexer.h"
#include "eval/template/syntax.h"

namespace tsugi::eval::syntax {

/// Throws Failure for broken syntax and for constructs, filters, tests and methods that do not exist here.
Body parse_template(std::string_view source, const Whitespace& whitespace = {});

/// One expression and nothing after it. Throws Failure.
ExpressionPtr parse_expression(std::string_view source);

}  // namespace tsugi::eval::syntax
