// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The syntax tree of a template.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "eval/template/python_value.h"

namespace tsugi::eval::syntax {

/// Lines and columns of the template's own text, from 1.
struct Position {
  int line = 1;
  int column = 1;
};

/// What is wrong at a position of the template; Template turns it into an InputError that also names the
/// file.
struct Failure {
  Position position;
  std::string what;
  std::string cure;
  bool is_half_character = false;  ///< Python would go on, with a text that has no UTF-8
};

struct Expression;
using ExpressionPtr = std::unique_ptr<const Expression>;

struct Literal {
  python::Json value;
};
struct Name {
  std::string name;
};
struct ListOf {
  std::vector<ExpressionPtr> items;
  bool tuple = false;  ///< written (a, b), which Python prints otherwise
};
struct DictOf {
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
};
/// object.name
struct Attribute {
  ExpressionPtr object;
  std::string name;
};
/// object[index]
struct Subscript {
  ExpressionPtr object;
  ExpressionPtr index;
};
/// object[begin:end:step]; a part that is not written is null.
struct Slice {
  ExpressionPtr object;
  ExpressionPtr begin;
  ExpressionPtr end;
  ExpressionPtr step;
};
/// object.name(arguments)
struct Arguments {
  std::vector<ExpressionPtr> positional;
  std::vector<std::pair<std::string, ExpressionPtr>> named;
};
/// name(…): a macro, or a function of the environment.
struct Call {
  std::string name;
  Arguments arguments;
};
struct MethodCall {
  ExpressionPtr object;
  std::string name;
  Arguments arguments;
};
/// object | name(arguments)
struct Filter {
  ExpressionPtr object;
  std::string name;
  Arguments arguments;
};
/// object is name
struct Test {
  ExpressionPtr object;
  std::string name;
  bool negated = false;
  std::vector<ExpressionPtr> arguments = {};
};
/// "-", "+" or "not"
struct Unary {
  std::string operation;
  ExpressionPtr operand;
};
/// "+", "-", "*", "/", "//", "%", "~", "and", "or"
struct Binary {
  std::string operation;
  ExpressionPtr left;
  ExpressionPtr right;
};
/// a < b <= c: all links must hold. "==", "!=", "<", "<=", ">", ">=", "in", "not in"
struct Comparison {
  ExpressionPtr first;
  std::vector<std::pair<std::string, ExpressionPtr>> links;
};
/// chosen if condition else other; `other` may be null.
struct Conditional {
  ExpressionPtr condition;
  ExpressionPtr chosen;
  ExpressionPtr other;
};

struct Expression {
  Position position;
  std::variant<Literal, Name, ListOf, DictOf, Attribute, Subscript, Slice, Call, MethodCall, Filter, Test,
               Unary, Binary, Comparison, Conditional>
      node;
};

struct Statement;
using Body = std::vector<Statement>;

struct Output {
  ExpressionPtr value;
};
struct If {
  std::vector<std::pair<ExpressionPtr, Body>> branches;
  Body otherwise;
};
struct For {
  std::vector<std::string> targets;  ///< one, or those that each item is taken apart into
  ExpressionPtr items;
  ExpressionPtr condition;  ///< items that are passed over do not count for the loop; null for none
  Body body;
  Body otherwise;  ///< when there is no item
};
/// {% set a = value %}, {% set space.a = value %}, {% set a %}body{% endset %}.
struct Set {
  std::vector<std::string> targets;
  std::string attribute;  ///< of a namespace; "" for a plain name
  ExpressionPtr value;    ///< null for a body
  Body body;
};
struct Macro {
  std::string name;
  std::vector<std::pair<std::string, ExpressionPtr>> parameters;  ///< with their defaults, null for none
  Body body;
};
struct FilterBlock {
  std::string name;
  Arguments arguments;
  Body body;
};
/// {% generation %}, which marks what a model has written and changes nothing.
struct Group {
  Body body;
};
struct Break {};
struct Continue {};

struct Statement {
  Position position;
  std::variant<std::string, Output, If, For, Set, Macro, FilterBlock, Group, Break, Continue> node;
};

}  // namespace tsugi::eval::syntax
