// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/template.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/template/evaluator.h"
#include "eval/template/parser.h"

namespace tsugi::eval {
namespace {

using python::Json;
using syntax::ExpressionPtr;

bool is_literal(const syntax::Expression& expression) {
  const auto all = [](const std::vector<ExpressionPtr>& items) {
    return std::all_of(items.begin(), items.end(),
                       [](const ExpressionPtr& item) { return is_literal(*item); });
  };
  if (std::holds_alternative<syntax::Literal>(expression.node)) return true;
  if (const auto* list = std::get_if<syntax::ListOf>(&expression.node)) return all(list->items);
  if (const auto* dict = std::get_if<syntax::DictOf>(&expression.node)) {
    return std::all_of(dict->entries.begin(), dict->entries.end(), [](const auto& entry) {
      return is_literal(*entry.first) && is_literal(*entry.second);
    });
  }
  const auto* unary = std::get_if<syntax::Unary>(&expression.node);
  return unary != nullptr && unary->operation != "not" && is_literal(*unary->operand);
}

}  // namespace

struct Template::State {
  Mark where;
  std::string name;
  std::vector<syntax::Piece> pieces;

  /// An error of parsing stands in the task file; one of rendering at the document, and says which template.
  [[noreturn]] void fail(const syntax::Failure& failure, std::string_view document) const {
    const std::string inside =
        fmt::format("line {}, column {} of the template", failure.position.line, failure.position.column);
    if (document.empty()) {
      throw InputError(where, fmt::format("{}, {}: {}", name, inside, failure.what), failure.cure);
    }
    throw InputError(document, fmt::format("{} ({}, {}): {}", name, where.text(), inside, failure.what),
                     failure.cure);
  }
};

Template Template::parse(const std::string& source, const Mark& where, const std::string& name) {
  auto state = std::make_shared<State>();
  state->where = where;
  state->name = name;
  try {
    state->pieces = syntax::parse_template(source);
  } catch (const syntax::Failure& failure) {
    state->fail(failure, "");
  }
  Template result;
  result.state_ = std::move(state);
  return result;
}

std::string Template::render(const Json& variables, std::string_view document) const {
  try {
    std::string out;
    for (const syntax::Piece& piece : state_->pieces) {
      if (const auto* text = std::get_if<std::string>(&piece)) {
        out += *text;
      } else {
        out += python::str(syntax::evaluate(*std::get<ExpressionPtr>(piece), variables));
      }
    }
    return out;
  } catch (const syntax::Failure& failure) {
    state_->fail(failure, document);
  }
}

Json Template::evaluate(const Json& variables, std::string_view document) const {
  const bool bare = state_->pieces.size() == 1 && std::holds_alternative<ExpressionPtr>(state_->pieces[0]);
  if (!bare) return render(variables, document);
  try {
    return syntax::evaluate(*std::get<ExpressionPtr>(state_->pieces[0]), variables);
  } catch (const syntax::Failure& failure) {
    state_->fail(failure, document);
  }
}

std::unique_ptr<Json> read_python_literal(const std::string& text) {
  try {
    const ExpressionPtr expression = syntax::parse_expression(text);
    if (!is_literal(*expression)) return nullptr;
    return std::make_unique<Json>(syntax::evaluate(*expression, Json::object()));
  } catch (const syntax::Failure&) {
    return nullptr;
  }
}

}  // namespace tsugi::eval
