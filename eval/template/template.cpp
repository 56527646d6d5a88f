// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/template.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/template/evaluator.h"
#include "eval/template/parser.h"
#include "eval/template/renderer.h"

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
  const syntax::Environment* environment = nullptr;
  syntax::Body body;

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
  return parse(source, where, name, false);
}

Template Template::parse_chat(const std::string& source, const Mark& where, const std::string& name) {
  return parse(source, where, name, true);
}

Template Template::parse(const std::string& source, const Mark& where, const std::string& name, bool chat) {
  auto state = std::make_shared<State>();
  state->environment = chat ? &syntax::chat_environment() : &syntax::task_environment();
  state->where = where;
  state->name = name;
  try {
    state->body = syntax::parse_template(source, state->environment->whitespace);
  } catch (const syntax::Failure& failure) {
    state->fail(failure, "");
  }
  Template result;
  result.state_ = std::move(state);
  return result;
}

std::string Template::render(const Json& variables, std::string_view document) const {
  try {
    return syntax::render(state_->body, variables, *state_->environment);
  } catch (const syntax::Failure& failure) {
    state_->fail(failure, document);
  }
}

Json Template::evaluate(const Json& variables, std::string_view document) const {
  const bool bare =
      state_->body.size() == 1 && std::holds_alternative<syntax::Output>(state_->body.front().node);
  if (!bare) return render(variables, document);
  try {
    const syntax::Scope scope(variables, *state_->environment);
    return syntax::evaluate(*std::get<syntax::Output>(state_->body.front().node).value, scope);
  } catch (const syntax::Failure& failure) {
    state_->fail(failure, document);
  }
}

std::unique_ptr<Json> read_python_literal(const std::string& text, std::string_view document) {
  try {
    const ExpressionPtr expression = syntax::parse_expression(text);
    if (!is_literal(*expression)) return nullptr;
    const Json nothing = Json::object();
    return std::make_unique<Json>(
        syntax::evaluate(*expression, syntax::Scope(nothing, syntax::task_environment())));
  } catch (const syntax::Failure& failure) {
    if (failure.is_half_character) throw InputError(document, failure.what, failure.cure);
    return nullptr;
  }
}

}  // namespace tsugi::eval
