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
    TestRow{"lower", [](const Json& value) { return python::is_lower(python::str(value)); }},
    TestRow{"upper", [](const Json& value) { return python::is_upper(python::str(value)); }},
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

bool leaves(const Json& value, const Json& divisor, std::int64_t rest, Position position) {
  return python::equal(arithmetic("%", value, divisor, position), Json(rest));
}

// Python's `is`; of numbers and texts it depends on how Python keeps them.
bool is_same(const Json& left, const Json& right, Position position) {
  const auto single = [](const Json& value) { return value.is_boolean() || value.is_null(); };
  if (!single(left) && !single(right))
    throw Failure{position, "the test 'sameas' with other than true, false and none", "use =="};
  return left.type() == right.type() && left == right;
}

// Tests that compute.
struct ComputedTest {
  std::string_view name;
  bool with_argument;
  bool (*holds)(const Json& value, Values arguments, Position position);
};
const std::array kComputed{
    ComputedTest{"odd", false,
                 [](const Json& value, Values, Position at) { return leaves(value, 2, 1, at); }},
    ComputedTest{"even", false,
                 [](const Json& value, Values, Position at) { return leaves(value, 2, 0, at); }},
    ComputedTest{"divisibleby", true,
                 [](const Json& value, Values by, Position at) { return leaves(value, by[0], 0, at); }},
    ComputedTest{"sameas", true,
                 [](const Json& value, Values other, Position at) { return is_same(value, other[0], at); }},
};

const ComputedTest* find_computed(std::string_view name) {
  const auto* found = std::find_if(kComputed.begin(), kComputed.end(),
                                   [&](const ComputedTest& row) { return row.name == name; });
  return found == kComputed.end() ? nullptr : found;
}

// Tests that compare with what stands behind them.
constexpr std::array kRelations{Relation{"equalto", "=="}, Relation{"eq", "=="},        Relation{"==", "=="},
                                Relation{"ne", "!="},      Relation{"in", "in"},        Relation{"lt", "<"},
                                Relation{"gt", ">"},       Relation{"le", "<="},        Relation{"ge", ">="},
                                Relation{"lessthan", "<"}, Relation{"greaterthan", ">"}};

const Relation* find_relation(std::string_view name) {
  const auto* found = std::find_if(kRelations.begin(), kRelations.end(),
                                   [&](const Relation& row) { return row.name == name; });
  return found == kRelations.end() ? nullptr : found;
}

}  // namespace

void check_test(const std::string& name, Position position) {
  if (find_relation(name) != nullptr || find_computed(name) != nullptr) return;
  std::vector<std::string> names;
  for (const TestRow& row : kTests) {
    if (row.name == name) return;
    names.emplace_back(row.name);
  }
  throw Failure{position, fmt::format("the test '{}', which tsugi's templates do not have", name),
                suggestion(name, names)};
}

bool needs_argument(const std::string& test) {
  const ComputedTest* const computed = find_computed(test);
  return find_relation(test) != nullptr || (computed != nullptr && computed->with_argument);
}

bool apply_test(const std::string& name, const Json& object, Values arguments, Position position) {
  const std::size_t wanted = needs_argument(name) ? 1 : 0;
  if (arguments.size() != wanted) {
    check_test(name, position);
    throw Failure{position, fmt::format("the test '{}' with {} arguments", name, arguments.size()),
                  wanted == 1 ? "write behind it what it compares with" : "write none behind it"};
  }
  if (const Relation* relation = find_relation(name))
    return compare(relation->operation, object, arguments[0], position);
  if (const ComputedTest* computed = find_computed(name)) return computed->holds(object, arguments, position);
  const auto* row =
      std::find_if(kTests.begin(), kTests.end(), [&](const TestRow& r) { return r.name == name; });
  if (row == kTests.end()) check_test(name, position);
  return row->holds(object);
}

}  // namespace tsugi::eval::syntax
