// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Jinja2 for task files (lm-evaluation-harness's environment: StrictUndefined, keep_trailing_newline) and for
// chat templates (transformers': trim_blocks, lstrip_blocks, lenient undefined). Expressions with attributes,
// indexes, slices, Python's operators, methods, filters, tests and inline if; if, for, set, macro, filter,
// break, continue, generation. What is not there (include, import, extends, block, call, raw) is refused by
// name.
//
// From a template to text: lexer.h (tokens) → parser.h (syntax tree, syntax.h) → renderer.h, evaluator.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "eval/template/python_value.h"
#include "recipes/error.h"

namespace tsugi::eval {

/// A parsed template. Immutable; safe to use from any thread.
class Template {
 public:
  /// `where` is the place of the template in its file, `name` its key ("doc_to_text"). Throws InputError with
  /// the position inside the template for broken syntax and for what is not supported.
  static Template parse(const std::string& source, const Mark& where, const std::string& name);

  /// The same in transformers' environment.
  static Template parse_chat(const std::string& source, const Mark& where, const std::string& name);

  /// The text for these variables (an object). `document` is the place of the variables for messages
  /// ("items.jsonl:17"). Throws InputError for an undefined name and whatever Python would raise.
  std::string render(const python::Json& variables, std::string_view document) const;

  /// The value when the template is one bare {{ expression }}, else the rendered text.
  python::Json evaluate(const python::Json& variables, std::string_view document) const;

 private:
  struct State;
  static Template parse(const std::string& source, const Mark& where, const std::string& name, bool chat);
  std::shared_ptr<const State> state_;
};

/// ast.literal_eval: the value of a Python literal (numbers, strings, True, False, None, lists, dicts), null
/// pointer when the text is none. Throws InputError at `document` for a string with half a character in it
/// (tojson writes two halves), which is a literal to Python and no text here.
std::unique_ptr<python::Json> read_python_literal(const std::string& text,
                                                  std::string_view document = "a literal");

}  // namespace tsugi::eval
