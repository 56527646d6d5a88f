// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/parser.h"

#include "eval/template/expression_parser.h"
#include "recipes/error.h"

namespace tsugi::eval::syntax {
namespace {

class Parser : public ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  Body whole() {
    Body result = body({});
    if (!at_end()) fail("a statement without its beginning", "remove it");
    return result;
  }

 private:
  /// To the statement that ends it, which is not consumed but for its "{%".
  Body body(std::initializer_list<std::string_view> ends) {
    const Level level(*this);
    Body result;
    while (!at_end()) {
      links_ = 0;
      const Position start = position();
      if (current().kind == TokenKind::text) {
        result.push_back({start, tokens_[at_++].value});
      } else if (current().kind == TokenKind::begin) {
        ++at_;
        ExpressionPtr value = expression_or_tuple();
        check_printable(*value);
        result.push_back({start, Output{std::move(value)}});
        if (at_end() || current().kind != TokenKind::end) unexpected("'}}'");
        ++at_;
      } else {
        ++at_;  // past "{%"
        for (const std::string_view end : ends) {
          if (is_name(end)) return result;
        }
        result.push_back(statement(start));
      }
    }
    if (ends.size() > 0)
      fail(fmt::format("the end of the template, expected '{{% {} %}}'", *(ends.end() - 1)),
           "close the statement");
    return result;
  }

  ExpressionPtr expression_or_tuple() {
    const Position start = position();
    ExpressionPtr first = expression();
    if (!is_operation(",")) return first;
    ListOf list;
    list.tuple = true;
    list.items.push_back(std::move(first));
    while (take_operation(",")) list.items.push_back(expression());
    return make(start, std::move(list));
  }

  // Values that are lists here and print otherwise in Python.
  static void check_printable(const Expression& expression) {
    const auto* list = std::get_if<ListOf>(&expression.node);
    if (list != nullptr && list->tuple)
      throw Failure{expression.position, "a tuple to print", "write a list: [a, b]"};
    const auto* call = std::get_if<Call>(&expression.node);
    if (call != nullptr && call->name == "range")
      throw Failure{expression.position, "range() to print", "loop over it, or write {{ range(3) | list }}"};
  }

  void end_block() {
    if (at_end() || current().kind != TokenKind::block_end) unexpected("'%}'");
    ++at_;
  }

  /// {% name %}, of which "{%" is consumed.
  void end_statement(std::string_view name) {
    if (!take_name(name)) unexpected(fmt::format("'{}'", name));
    end_block();
  }

  Statement statement(Position start) {
    const std::string name = need_name("the name of a statement");
    if (name == "if") return {start, if_statement()};
    if (name == "for") return {start, for_statement()};
    if (name == "set") return {start, set_statement()};
    if (name == "macro") return {start, macro()};
    if (name == "filter") return {start, filter_block()};
    if (name == "generation") {
      end_block();
      Group group{body({"endgeneration"})};
      end_statement("endgeneration");
      return {start, std::move(group)};
    }
    if (name == "break" || name == "continue") {
      if (loops_ == 0) throw Failure{start, fmt::format("'{}' outside a loop", name), "remove it"};
      end_block();
      if (name == "break") return {start, Break{}};
      return {start, Continue{}};
    }
    throw Failure{start, fmt::format("the statement '{{% {} %}}'", name),
                  suggestion(name, std::vector<std::string>{"if", "for", "set", "macro", "filter", "break",
                                                            "continue", "generation"})};
  }

  If if_statement() {
    If node;
    ExpressionPtr condition = expression();
    end_block();
    node.branches.emplace_back(std::move(condition), body({"elif", "else", "endif"}));
    while (take_name("elif")) {
      ExpressionPtr next = expression();
      end_block();
      node.branches.emplace_back(std::move(next), body({"elif", "else", "endif"}));
    }
    if (take_name("else")) {
      end_block();
      node.otherwise = body({"endif"});
    }
    end_statement("endif");
    return node;
  }

  std::vector<std::string> targets() {
    const bool bracketed = take_operation("(");
    std::vector<std::string> names{need_name("a name")};
    while (take_operation(",")) names.push_back(need_name("a name"));
    if (bracketed) need_operation(")");
    return names;
  }

  For for_statement() {
    For node;
    node.targets = targets();
    if (!take_name("in")) unexpected("'in'");
    node.items = disjunction();  // an "if" behind it chooses items
    if (take_name("if")) node.condition = expression();
    if (is_name("recursive")) fail("a recursive loop", "write a macro");
    end_block();
    ++loops_;
    node.body = body({"else", "endfor"});
    --loops_;
    if (take_name("else")) {
      end_block();
      node.otherwise = body({"endfor"});
    }
    end_statement("endfor");
    return node;
  }

  Set set_statement() {
    Set node;
    node.targets = targets();
    if (take_operation(".")) node.attribute = need_name("a name after '.'");
    if (take_operation("=")) {
      node.value = expression_or_tuple();
      end_block();
      return node;
    }
    end_block();
    node.body = body({"endset"});
    end_statement("endset");
    return node;
  }

  Macro macro() {
    Macro node;
    node.name = need_name("the name of a macro");
    need_operation("(");
    while (!take_operation(")")) {
      if (!node.parameters.empty()) need_operation(",");
      std::string name = need_name("the name of a parameter");
      ExpressionPtr otherwise = take_operation("=") ? expression() : nullptr;
      node.parameters.emplace_back(std::move(name), std::move(otherwise));
    }
    end_block();
    const int outside = std::exchange(loops_, 0);
    node.body = body({"endmacro"});
    loops_ = outside;
    end_statement("endmacro");
    return node;
  }

  FilterBlock filter_block() {
    FilterBlock node;
    const Position start = position();
    node.name = need_name("the name of a filter");
    check_filter(node.name, start);
    if (take_operation("(")) node.arguments = arguments();
    end_block();
    node.body = body({"endfilter"});
    end_statement("endfilter");
    return node;
  }

  int loops_ = 0;
};

}  // namespace

Body parse_template(std::string_view source, const Whitespace& whitespace) {
  return Parser(lex_template(source, whitespace)).whole();
}

ExpressionPtr parse_expression(std::string_view source) {
  return Parser(lex_expression(source)).whole_expression();
}

}  // namespace tsugi::eval::syntax
