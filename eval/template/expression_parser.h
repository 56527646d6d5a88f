// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expressions of templates: Jinja's precedence, one function a level. parser.cpp adds the statements.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "eval/template/builtins.h"
#include "eval/template/lexer.h"

namespace tsugi::eval::syntax {

inline constexpr int kMaxDepth =
    200;  // real templates nest under ten; this bounds the stack of parser and evaluator

template <class Node>
ExpressionPtr make(Position position, Node node) {
  return std::make_unique<const Expression>(Expression{position, std::move(node)});
}

class ExpressionParser {
 public:
  explicit ExpressionParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  bool at_end() const { return at_ == tokens_.size(); }
  const Token& current() const { return tokens_[at_]; }

  ExpressionPtr whole_expression() {
    ExpressionPtr result = expression();
    if (!at_end()) unexpected("the end");
    return result;
  }

 protected:
  /// Counts one level of nesting while it lives.
  class Level {
   public:
    explicit Level(ExpressionParser& parser) : parser_(parser) {
      if (++parser_.depth_ > kMaxDepth) parser_.fail("an expression nested too deeply", "simplify it");
    }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    ExpressionParser& parser_;
  };

  Position position() const {
    return at_end() ? (tokens_.empty() ? Position{} : tokens_.back().position) : current().position;
  }

  [[noreturn]] void fail(std::string what, std::string cure) const {
    throw Failure{position(), std::move(what), std::move(cure)};
  }

  [[noreturn]] void unexpected(std::string_view expected) const {
    const bool ended = at_end() || current().kind == TokenKind::end || current().kind == TokenKind::block_end;
    const std::string seen = ended ? "the end of the expression" : fmt::format("'{}'", current().value);
    fail(fmt::format("{}, expected {}", seen, expected), "correct the expression");
  }

  bool is_operation(std::string_view value) const {
    return !at_end() && current().kind == TokenKind::operation && current().value == value;
  }
  bool is_name(std::string_view value) const {
    return !at_end() && current().kind == TokenKind::name && current().value == value;
  }
  bool take_operation(std::string_view value) {
    if (!is_operation(value)) return false;
    ++at_;
    return true;
  }
  bool take_name(std::string_view value) {
    if (!is_name(value)) return false;
    ++at_;
    return true;
  }
  void need_operation(std::string_view value) {
    if (!take_operation(value)) unexpected(fmt::format("'{}'", value));
  }
  std::string need_name(std::string_view what) {
    if (at_end() || current().kind != TokenKind::name) unexpected(what);
    return tokens_[at_++].value;
  }

  ExpressionPtr expression() {
    const Level level(*this);
    ExpressionPtr chosen = disjunction();
    while (is_name("if")) {
      const Position start = position();
      ++at_;
      ExpressionPtr condition = disjunction();
      ExpressionPtr other = take_name("else") ? expression() : nullptr;
      chosen = make(start, Conditional{std::move(condition), std::move(chosen), std::move(other)});
    }
    return chosen;
  }

  ExpressionPtr disjunction() { return chain({"or"}, &ExpressionParser::conjunction, TokenKind::name); }
  ExpressionPtr conjunction() { return chain({"and"}, &ExpressionParser::negation, TokenKind::name); }

  ExpressionPtr negation() {
    if (!is_name("not")) return comparison();
    const Level level(*this);
    const Position start = position();
    ++at_;
    return make(start, Unary{"not", negation()});
  }

  std::optional<std::string> comparison_operator() {
    constexpr std::array<std::string_view, 6> kOperators{"==", "!=", "<=", ">=", "<", ">"};
    for (const std::string_view value : kOperators) {
      if (take_operation(value)) return std::string(value);
    }
    if (take_name("in")) return "in";
    if (is_name("not") && at_ + 1 < tokens_.size() && tokens_[at_ + 1].value == "in") {
      at_ += 2;
      return "not in";
    }
    return std::nullopt;
  }

  ExpressionPtr comparison() {
    ExpressionPtr first = sum();
    const Position start = position();
    std::vector<std::pair<std::string, ExpressionPtr>> links;
    while (auto operation = comparison_operator()) links.emplace_back(*operation, sum());
    if (links.empty()) return first;
    return make(start, Comparison{std::move(first), std::move(links)});
  }

  ExpressionPtr sum() { return chain({"+", "-"}, &ExpressionParser::concatenation); }
  ExpressionPtr concatenation() { return chain({"~"}, &ExpressionParser::product); }
  ExpressionPtr product() { return chain({"*", "//", "/", "%"}, &ExpressionParser::power); }

  /// Left-associative operators of one level.
  ExpressionPtr chain(std::initializer_list<std::string_view> operators,
                      ExpressionPtr (ExpressionParser::*operand)(), TokenKind kind = TokenKind::operation) {
    ExpressionPtr left = (this->*operand)();
    while (!at_end() && current().kind == kind &&
           std::find(operators.begin(), operators.end(), current().value) != operators.end()) {
      const Level level(*this);
      const Token& token = tokens_[at_++];
      left = make(token.position, Binary{token.value, std::move(left), (this->*operand)()});
      count_links();
    }
    return left;
  }

  ExpressionPtr power() {
    ExpressionPtr base = unary(true);
    if (is_operation("**"))
      fail("the operator '**'", "tsugi's templates do not have it; write the number into the data");
    return base;
  }

  ExpressionPtr unary(bool with_filters) {
    const Level level(*this);
    const Position start = position();
    ExpressionPtr node;
    if (is_operation("-") || is_operation("+")) {
      const std::string sign = tokens_[at_++].value;
      node = make(start, Unary{sign, unary(false)});
    } else {
      node = primary();
    }
    node = postfix(std::move(node));
    return with_filters ? filters(std::move(node)) : std::move(node);
  }

  ExpressionPtr primary() {
    if (at_end()) unexpected("a value");
    const Token& token = current();
    switch (token.kind) {
      case TokenKind::name:
        return name();
      case TokenKind::string:
        return strings();
      case TokenKind::integer:
      case TokenKind::real:
        return number();
      default:
        break;
    }
    if (take_operation("(")) return parenthesised(token.position);
    if (take_operation("[")) return make(token.position, ListOf{items("]"), false});
    if (take_operation("{")) return dict(token.position);
    unexpected("a value");
  }

  ExpressionPtr name() {
    const Token& token = tokens_[at_++];
    if (token.value == "true" || token.value == "True") return make(token.position, Literal{true});
    if (token.value == "false" || token.value == "False") return make(token.position, Literal{false});
    if (token.value == "none" || token.value == "None") return make(token.position, Literal{nullptr});
    if (take_operation("(")) {
      const std::string called = token.value;
      const Position start = token.position;
      return make(start, Call{called, arguments()});
    }
    return make(token.position, Name{token.value});
  }

  /// Strings side by side are one string.
  ExpressionPtr strings() {
    const Position start = position();
    std::string value;
    while (!at_end() && current().kind == TokenKind::string) value += tokens_[at_++].value;
    return make(start, Literal{std::move(value)});
  }

  ExpressionPtr number() {
    const Token& token = tokens_[at_++];
    const char* begin = token.value.data();
    const char* end = begin + token.value.size();
    if (token.kind == TokenKind::real) {
      double value = 0;
      if (std::from_chars(begin, end, value).ec == std::errc()) return make(token.position, Literal{value});
    } else {
      std::int64_t value = 0;
      const bool octal_looking = token.value.size() > 1 &&
                                 token.value.find_first_not_of('0') != std::string::npos &&
                                 token.value[0] == '0';
      if (!octal_looking && std::from_chars(begin, end, value).ec == std::errc()) {
        return make(token.position, Literal{value});
      }
    }
    throw Failure{token.position, fmt::format("the number '{}'", token.value),
                  "use a number of at most 18 digits that does not begin with 0"};
  }

  ExpressionPtr parenthesised(Position start) {
    if (take_operation(")")) return make(start, ListOf{{}, true});
    ExpressionPtr inner = expression();
    if (!is_operation(",")) {
      need_operation(")");
      return inner;
    }
    ListOf tuple;
    tuple.tuple = true;
    tuple.items.push_back(std::move(inner));
    while (take_operation(",")) {
      if (is_operation(")")) break;
      tuple.items.push_back(expression());
    }
    need_operation(")");
    return make(start, std::move(tuple));
  }

  std::vector<ExpressionPtr> items(std::string_view close) {
    std::vector<ExpressionPtr> result;
    while (!take_operation(close)) {
      if (!result.empty()) need_operation(",");
      if (!result.empty() && take_operation(close)) break;
      result.push_back(expression());
    }
    return result;
  }

  /// Behind the opening parenthesis.
  Arguments arguments() {
    Arguments result;
    bool first = true;
    while (!take_operation(")")) {
      if (!first) need_operation(",");
      if (!first && take_operation(")")) break;
      first = false;
      const bool named = at_ + 1 < tokens_.size() && current().kind == TokenKind::name &&
                         tokens_[at_ + 1].kind == TokenKind::operation && tokens_[at_ + 1].value == "=";
      if (named) {
        const std::string name = tokens_[at_].value;
        at_ += 2;
        result.named.emplace_back(name, expression());
      } else {
        result.positional.push_back(expression());
      }
    }
    return result;
  }

  ExpressionPtr dict(Position start) {
    DictOf node;
    while (!take_operation("}")) {
      if (!node.entries.empty()) need_operation(",");
      if (!node.entries.empty() && take_operation("}")) break;
      ExpressionPtr key = expression();
      need_operation(":");
      node.entries.emplace_back(std::move(key), expression());
    }
    return make(start, std::move(node));
  }

  ExpressionPtr postfix(ExpressionPtr node) {
    while (true) {
      const Position start = position();
      if (take_operation(".")) {
        node = attribute(start, std::move(node));
      } else if (take_operation("[")) {
        node = subscript(start, std::move(node));
      } else if (is_operation("(")) {
        fail("a call", "only methods can be called: text.strip()");
      } else {
        return node;
      }
      count_links();
    }
  }

  ExpressionPtr attribute(Position start, ExpressionPtr object) {
    if (!at_end() && current().kind == TokenKind::integer) {
      return make(start, Subscript{std::move(object), number()});
    }
    std::string name = need_name("a name after '.'");
    if (!take_operation("(")) return make(start, Attribute{std::move(object), std::move(name)});
    check_method(name, start);
    return make(start, MethodCall{std::move(object), std::move(name), arguments()});
  }

  ExpressionPtr subscript(Position start, ExpressionPtr object) {
    ExpressionPtr begin = is_operation(":") ? nullptr : expression();
    if (take_operation("]")) return make(start, Subscript{std::move(object), std::move(begin)});
    need_operation(":");
    const auto part = [&] { return is_operation(":") || is_operation("]") ? nullptr : expression(); };
    ExpressionPtr end = part();
    ExpressionPtr step = take_operation(":") ? part() : nullptr;
    need_operation("]");
    return make(start, Slice{std::move(object), std::move(begin), std::move(end), std::move(step)});
  }

  ExpressionPtr filters(ExpressionPtr node) {
    while (true) {
      const Position start = position();
      if (take_operation("|")) {
        std::string name = need_name("the name of a filter");
        check_filter(name, start);
        Arguments given;
        if (take_operation("(")) given = arguments();
        node = make(start, Filter{std::move(node), std::move(name), std::move(given)});
      } else if (take_name("is")) {
        const bool negated = take_name("not");
        std::string name = need_name("the name of a test");
        check_test(name, start);
        std::vector<ExpressionPtr> against;
        if (needs_argument(name)) against.push_back(unary(false));
        node = make(start, Test{std::move(node), std::move(name), negated, std::move(against)});
      } else {
        return node;
      }
      count_links();
    }
  }

  /// Chains (a.b.c, a + b + c, a | b | c) nest in the tree though not in the parser: they are bounded as
  /// well.
  void count_links() {
    constexpr int kMaxLinks = 500;  // the evaluator takes about a kilobyte of stack for each
    if (++links_ > kMaxLinks) fail("an expression with too many operators", "simplify it");
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int links_ = 0;
};

}  // namespace tsugi::eval::syntax
