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
struct MethodCall {
  ExpressionPtr object;
  std::string name;
  std::vector<ExpressionPtr> arguments;
};
/// object | name(arguments)
struct Filter {
  ExpressionPtr object;
  std::string name;
  std::vector<ExpressionPtr> arguments;
};
/// object is name
struct Test {
  ExpressionPtr object;
  std::string name;
  bool negated = false;
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
  std::variant<Literal, Name, ListOf, DictOf, Attribute, Subscript, Slice, MethodCall, Filter, Test, Unary,
               Binary, Comparison, Conditional>
      node;
};

/// One piece of a template: text as it stands, or {{ expression }}.
using Piece = std::variant<std::string, ExpressionPtr>;

}  // namespace tsugi::eval::syntax
