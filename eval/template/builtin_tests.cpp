// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What stands behind "is".
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "eval/template/builtins.h"
#include "eval/template/operators.h"
#include "eval/template/python_text.h"
#include "recipes/error.h"

namespace tsugi::eval::syntax {
namespace {

using python::Json;
using Values = std::span<const Json>;

struct TestRow {
  std::string_view name;
  bool (*holds)(const Json& value);
};

const std::array kTests{
    TestRow{"callable", [](const Json&) { return false; }},
    TestRow{"iterable", [](const Json& value) { return value.is_structured() || value.is_string(); }},
    TestRow{"odd", [](const Json& value) { return python::integer(value).value_or(0) % 2 != 0; }},
    TestRow{"even", [](const Json& value) { return python::integer(value).value_or(1) % 2 == 0; }},
    TestRow{"lower",
            [](const Json& value) {
              return value.is_string() && python::lower(value.get_ref<const std::string&>()) ==
                                              value.get_ref<const std::string&>();
            }},
    TestRow{"upper",
            [](const Json& value) {
              return value.is_string() && python::upper(value.get_ref<const std::string&>()) ==
                                              value.get_ref<const std::string&>();
            }},
    TestRow{"defined", nullptr},
    TestRow{"undefined", nullptr},
    TestRow{"none", [](const Json& value) { return value.is_null(); }},
    TestRow{"string", [](const Json& value) { return value.is_string(); }},
    TestRow{"number", [](const Json& value) { return value.is_number() || value.is_boolean(); }},
    TestRow{"boolean", [](const Json& value) { return value.is_boolean(); }},
    TestRow{"integer", [](const Json& value) { return value.is_number_integer(); }},
    TestRow{"float", [](const Json& value) { return value.is_number_float(); }},
    TestRow{"mapping", [](const Json& value) { return value.is_object(); }},
    TestRow{"sequence", [](const Json& value) { return value.is_structured() || value.is_string(); }},
    TestRow{"true", [](const Json& value) { return value.is_boolean() && value.get<bool>(); }},
    TestRow{"false", [](const Json& value) { return value.is_boolean() && !value.get<bool>(); }},
};

struct Relation {
  std::string_view name;
  std::string_view operation;
};

// Tests that compare with what stands behind them.
constexpr std::array kRelations{
    Relation{"equalto", "=="}, Relation{"eq", "=="},      Relation{"==", "=="},
    Relation{"ne", "!="},      Relation{"in", "in"},      Relation{"sameas", "=="},
    Relation{"lt", "<"},       Relation{"gt", ">"},       Relation{"le", "<="},
    Relation{"ge", ">="},      Relation{"lessthan", "<"}, Relation{"greaterthan", ">"}};

const Relation* find_relation(std::string_view name) {
  const auto* found = std::find_if(kRelations.begin(), kRelations.end(),
                                   [&](const Relation& row) { return row.name == name; });
  return found == kRelations.end() ? nullptr : found;
}

}  // namespace

void check_test(const std::string& name, Position position) {
  if (find_relation(name) != nullptr || name == "divisibleby") return;
  std::vector<std::string> names;
  for (const TestRow& row : kTests) {
    if (row.name == name) return;
    names.emplace_back(row.name);
  }
  throw Failure{position, fmt::format("the test '{}', which tsugi's templates do not have", name),
                suggestion(name, names)};
}

bool needs_argument(const std::string& test) {
  return find_relation(test) != nullptr || test == "divisibleby";
}

bool apply_test(const std::string& name, const Json& object, Values arguments, Position position) {
  if (needs_argument(name)) {
    if (arguments.empty())
      throw Failure{position, fmt::format("the test '{}' without what it compares with", name),
                    "write it behind"};
    if (const Relation* relation = find_relation(name))
      return compare(relation->operation, object, arguments[0], position);
    const auto number = python::integer(object);
    const auto divisor = python::integer(arguments[0]);
    return number && divisor && *divisor != 0 && *number % *divisor == 0;
  }
  const auto* row =
      std::find_if(kTests.begin(), kTests.end(), [&](const TestRow& r) { return r.name == name; });
  if (row == kTests.end()) check_test(name, position);
  return row->holds(object);
}

}  // namespace tsugi::eval::syntax
