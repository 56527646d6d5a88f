// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "eval/template/builtins.h"
#include "eval/template/operators.h"
#include "eval/template/python_text.h"
#include "recipes/error.h"

namespace tsugi::eval::syntax {
namespace {

using python::Json;

/// What an expression gives: a value, borrowed from the variables where possible, or "undefined" with its
/// reason, which becomes an error once it is used for anything but a test.
class Value {
 public:
  explicit Value(Json owned) : owned_(std::move(owned)) {}
  static Value borrow(const Json& json) {
    Value value{Json()};
    value.borrowed_ = &json;
    return value;
  }
  static Value undefined(Failure reason, bool lenient) {
    Value value{Json()};
    value.undefined_ = std::move(reason);
    value.lenient_ = lenient;
    return value;
  }

  bool is_defined() const { return !undefined_; }
  /// Jinja prints the missing else of an inline if as nothing, even under StrictUndefined.
  void set_printable() { printable_ = true; }
  Json printed() const { return printable_ || is_nothing() ? Json("") : get(); }
  /// Undefined where that is no error yet: it prints as nothing, has no items and is false.
  bool is_nothing() const { return undefined_ && lenient_; }
  bool truth() const { return !is_nothing() && python::truth(get()); }
  const Json& get() const {
    if (undefined_) throw Failure(*undefined_);
    return borrowed_ != nullptr ? *borrowed_ : owned_;
  }
  /// An element of this value: borrowed when this value is, else copied, because this value is about to go.
  Value part(const Json& element) const { return borrowed_ != nullptr ? borrow(element) : Value(element); }

 private:
  Json owned_;
  const Json* borrowed_ = nullptr;
  std::optional<Failure> undefined_;
  bool printable_ = false;
  bool lenient_ = false;
};

std::string known_names(const std::string& name, const Json& object) {
  std::vector<std::string> names;
  for (const auto& entry : object.items()) names.push_back(entry.key());
  return names.empty() ? "there are no names here" : suggestion(name, names);
}

class Evaluator {
 public:
  explicit Evaluator(const Scope& scope) : scope_(scope) {}

  Value value(const Expression& expression) const {
    return std::visit([&](const auto& node) { return of(node, expression.position); }, expression.node);
  }

 private:
  Value undefined(Failure reason) const {
    return Value::undefined(std::move(reason), !scope_.environment().strict);
  }

  std::vector<Json> values(const std::vector<ExpressionPtr>& expressions) const {
    std::vector<Json> result;
    for (const ExpressionPtr& expression : expressions) result.push_back(value(*expression).get());
    return result;
  }

  Json named(const Arguments& arguments) const {
    Json result = Json::object();
    for (const auto& [name, expression] : arguments.named) result[name] = value(*expression).get();
    return result;
  }

  Value of(const Literal& node, Position) const { return Value::borrow(node.value); }

  Value of(const Name& node, Position position) const {
    if (const Json* found = scope_.find(node.name)) return Value::borrow(*found);
    const bool function =
        scope_.macro(node.name) != nullptr || scope_.environment().functions.contains(node.name);
    if (function) return Value(Json(true));  // for "is defined"
    return undefined(
        {position, fmt::format("'{}' is undefined", node.name), known_names(node.name, scope_.variables())});
  }

  Value of(const ListOf& node, Position) const {
    Json list = Json::array();
    for (const ExpressionPtr& item : node.items) list.push_back(value(*item).get());
    return Value(std::move(list));
  }

  Value of(const DictOf& node, Position position) const {
    Json dict = Json::object();
    for (const auto& [key, item] : node.entries) {
      const Json name = value(*key).get();
      if (!name.is_string()) throw Failure{position, "a dict key that is no text", "write it in quotes"};
      dict[name.get<std::string>()] = value(*item).get();
    }
    return Value(std::move(dict));
  }

  Value of(const Attribute& node, Position position) const {
    const Value object = value(*node.object);
    if (object.get().is_object()) {
      if (is_dict_method(node.name)) {
        throw Failure{position, fmt::format("'.{}' is a method of dict, not the key", node.name),
                      fmt::format("write ['{}']", node.name)};
      }
      const auto found = object.get().find(node.name);
      if (found != object.get().end()) return object.part(*found);
    }
    const bool has_keys = object.get().is_object();
    return undefined(
        {position, fmt::format("a value of type {} has no '{}'", python::type_name(object.get()), node.name),
         has_keys ? known_names(node.name, object.get()) : "only dicts have names after a dot"});
  }

  Value of(const Subscript& node, Position position) const {
    const Value object = value(*node.object);
    const Json index = value(*node.index).get();
    const Json& in = object.get();
    if (in.is_object() && index.is_string()) {
      const auto found = in.find(index.get<std::string>());
      if (found != in.end()) return object.part(*found);
    } else if (const auto number = python::integer(index); number && (in.is_array() || in.is_string())) {
      const std::u32string points =
          in.is_string() ? python::code_points(in.get<std::string>()) : std::u32string();
      const auto size = static_cast<std::int64_t>(in.is_string() ? points.size() : in.size());
      const std::int64_t at = *number < 0 ? *number + size : *number;
      if (at >= 0 && at < size) {
        if (in.is_string()) return Value(python::utf8(points.substr(static_cast<std::size_t>(at), 1)));
        return object.part(in[static_cast<std::size_t>(at)]);
      }
    }
    return undefined(
        {position,
         fmt::format("a value of type {} has no element {}", python::type_name(in), python::repr(index)),
         "check the length or the keys of this value"});
  }

  Value of(const Slice& node, Position position) const {
    const auto part = [&](const ExpressionPtr& expression) -> std::optional<std::int64_t> {
      if (expression == nullptr) return std::nullopt;
      const Json number = value(*expression).get();
      if (number.is_null()) return std::nullopt;
      if (!python::integer(number))
        throw Failure{position, "a slice with something that is no int", "use whole numbers"};
      return python::integer(number);
    };
    return Value(
        slice(value(*node.object).get(), part(node.begin), part(node.end), part(node.step), position));
  }

  Value of(const Call& node, Position position) const {
    std::vector<Json> positional;
    // What is undefined may be handed to a macro, which prints it as nothing.
    for (const ExpressionPtr& argument : node.arguments.positional)
      positional.push_back(value(*argument).printed());
    if (const Macro* macro = scope_.macro(node.name))
      return Value(scope_.call()(*macro, std::move(positional), named(node.arguments), position));
    const auto& functions = scope_.environment().functions;
    const auto found = functions.find(node.name);
    if (found != functions.end()) return Value(found->second(positional, named(node.arguments), position));
    std::vector<std::string> names;
    for (const auto& entry : functions) names.push_back(entry.first);
    throw Failure{position, fmt::format("the function '{}()', which templates do not have here", node.name),
                  suggestion(node.name, names)};
  }

  Value of(const MethodCall& node, Position position) const {
    if (!node.arguments.named.empty()) {
      throw Failure{position, fmt::format("the method '{}' with an argument given by name", node.name),
                    "give arguments by position"};
    }
    const Value object = value(*node.object);
    return Value(call_method(node.name, object.get(), values(node.arguments.positional), position));
  }

  Value of(const Filter& node, Position position) const {
    const Value object = value(*node.object);
    if (node.name == "default" || node.name == "d") return or_default(node, object, position);
    return Value(apply_filter(node.name, object.is_nothing() ? Json("") : object.get(),
                              values(node.arguments.positional), named(node.arguments), position,
                              scope_.environment().strict));
  }

  // The second argument says that what is false counts as undefined.
  Value or_default(const Filter& node, const Value& object, Position position) const {
    const std::vector<Json> positional = values(node.arguments.positional);
    const Json names = named(node.arguments);
    check_arguments({node.name, "default_value boolean", nullptr}, positional.size(), names, position);
    const bool by_truth = positional.size() > 1
                              ? python::truth(positional[1])
                              : names.contains("boolean") && python::truth(names["boolean"]);
    if (object.is_defined() && (!by_truth || object.truth())) return Value(object.get());
    if (!positional.empty()) return Value(positional[0]);
    return Value(names.contains("default_value") ? names["default_value"] : Json(""));
  }

  Value of(const Test& node, Position position) const {
    const Value object = value(*node.object);
    if (node.name == "defined" || node.name == "undefined") {
      const bool holds = object.is_defined() == (node.name == "defined");
      return Value(holds != node.negated);
    }
    if (object.is_nothing())
      return Value(node.negated != (node.name == "iterable" || node.name == "sequence"));
    return Value(apply_test(node.name, object.get(), values(node.arguments), position) != node.negated);
  }

  Value of(const Unary& node, Position position) const {
    const Value operand = value(*node.operand);
    if (node.operation == "not") return Value(!operand.truth());
    return Value(signed_number(node.operation, operand.get(), position));
  }

  Value of(const Binary& node, Position position) const {
    Value left = value(*node.left);
    if (node.operation == "and") return left.truth() ? value(*node.right) : left;
    if (node.operation == "or") return left.truth() ? left : value(*node.right);
    const Value right = value(*node.right);
    if (node.operation == "~") return Value(python::str(left.printed()) + python::str(right.printed()));
    return Value(arithmetic(node.operation, left.get(), right.get(), position));
  }

  // Nothing equals nothing else, and is in nothing.
  static bool linked(const std::string& operation, const Value& left, const Value& right, Position position) {
    if (left.is_nothing() || right.is_nothing()) {
      const bool both = left.is_nothing() && right.is_nothing();
      if (operation == "==") return both;
      if (operation == "!=") return !both;
      if (operation == "in" && right.is_nothing()) return false;
      if (operation == "not in" && right.is_nothing()) return true;
    }
    return compare(operation, left.get(), right.get(), position);
  }

  Value of(const Comparison& node, Position position) const {
    Value left = value(*node.first);
    for (const auto& [operation, expression] : node.links) {
      Value right = value(*expression);
      if (!linked(operation, left, right, position)) return Value(false);
      left = std::move(right);
    }
    return Value(true);
  }

  Value of(const Conditional& node, Position position) const {
    if (value(*node.condition).truth()) return value(*node.chosen);
    if (node.other != nullptr) return value(*node.other);
    Value missing = undefined({position, "the inline if is false and has no else", "add an else"});
    missing.set_printable();
    return missing;
  }

  const Scope& scope_;
};

}  // namespace

Json evaluate(const Expression& expression, const Scope& scope) {
  return Evaluator(scope).value(expression).printed();
}

bool holds(const Expression& expression, const Scope& scope) {
  return Evaluator(scope).value(expression).truth();
}

}  // namespace tsugi::eval::syntax
