// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "eval/template/python_text.h"

namespace tsugi::eval::syntax {
namespace {

using python::Json;

[[noreturn]] void type_error(std::string_view operation, const Json& left, const Json& right,
                             Position position) {
  throw Failure{
      position,
      fmt::format("'{}' between {} and {}", operation, python::type_name(left), python::type_name(right)),
      "check the types of these columns"};
}

[[noreturn]] void too_large(Position position) {
  throw Failure{position, "a whole number beyond 64 bits", "use smaller numbers"};
}

[[noreturn]] void zero_division(Position position) {
  throw Failure{position, "a division by zero", "check the values of this document"};
}

/// Python rounds the quotient towards minus infinity and gives the remainder the sign of the divisor.
Json integer_arithmetic(char operation, std::int64_t a, std::int64_t b, Position position) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (operation) {
    case '+':
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case '-':
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case '*':
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    default: {
      if (b == 0) zero_division(position);
      if (b == -1) {  // the one quotient that does not fit is minus the smallest number
        if (operation == '%') return 0;
        overflow = __builtin_sub_overflow(std::int64_t{0}, a, &result);
        break;
      }
      const bool rounds = a % b != 0 && (a < 0) != (b < 0);
      result = operation == '%' ? a % b + (rounds ? b : 0) : a / b - (rounds ? 1 : 0);
    }
  }
  if (overflow) too_large(position);
  return result;
}

Json float_arithmetic(char operation, double a, double b, Position position) {
  if (operation == '+') return a + b;
  if (operation == '-') return a - b;
  if (operation == '*') return a * b;
  if (b == 0) zero_division(position);
  const double remainder = std::fmod(a, b);
  const bool rounds = remainder != 0 && (remainder < 0) != (b < 0);
  if (operation == '%')
    return rounds ? remainder + b : std::copysign(remainder, remainder == 0 ? b : remainder);
  // CPython's float_floor_div: the quotient is whole but for its rounding.
  const double quotient = (a - (rounds ? remainder + b : remainder)) / b;
  if (quotient == 0) return std::copysign(0.0, a / b);
  const double whole = std::floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

double number(const Json& value) {
  return value.is_boolean() ? static_cast<double>(value.get<bool>()) : value.get<double>();
}

bool contains(const Json& collection, const Json& value, Position position) {
  if (collection.is_array()) {
    return std::any_of(collection.begin(), collection.end(),
                       [&](const Json& item) { return python::equal(item, value); });
  }
  if (collection.is_object() && value.is_structured()) type_error("in", value, collection, position);
  if (collection.is_object()) return value.is_string() && collection.contains(value.get<std::string>());
  if (!collection.is_string() || !value.is_string()) type_error("in", value, collection, position);
  return collection.get_ref<const std::string&>().find(value.get_ref<const std::string&>()) !=
         std::string::npos;
}

std::string repeated(const Json& value, std::int64_t count, Position position) {
  constexpr std::size_t kLongest = std::size_t{1}
                                   << 24U;  // beyond any prompt; bounds what a template can ask for
  const std::string& text = value.get_ref<const std::string&>();
  if (text.empty() || count <= 0) return "";
  if (text.size() > kLongest / static_cast<std::size_t>(count)) too_large(position);
  std::string result;
  for (std::int64_t i = 0; i < count; ++i) result += text;
  return result;
}

}  // namespace

Json arithmetic(std::string_view operation, const Json& left, const Json& right, Position position) {
  if (operation == "~") return python::str(left) + python::str(right);
  if (operation == "+" && left.is_string() && right.is_string()) {
    return left.get_ref<const std::string&>() + right.get_ref<const std::string&>();
  }
  if (operation == "+" && left.is_array() && right.is_array()) {
    Json joined = left;
    joined.insert(joined.end(), right.begin(), right.end());
    return joined;
  }
  if (operation == "*" && left.is_string() && python::integer(right))
    return repeated(left, *python::integer(right), position);
  if (operation == "*" && right.is_string() && python::integer(left))
    return repeated(right, *python::integer(left), position);
  const auto is_number = [](const Json& value) { return value.is_number() || value.is_boolean(); };
  if (!is_number(left) || !is_number(right)) type_error(operation, left, right, position);
  const char symbol = operation[0];
  if (operation == "/") {
    if (number(right) == 0) zero_division(position);
    return number(left) / number(right);
  }
  if (left.is_number_float() || right.is_number_float()) {
    return float_arithmetic(symbol, number(left), number(right), position);
  }
  const auto a = python::integer(left);
  const auto b = python::integer(right);
  if (!a || !b) too_large(position);
  return integer_arithmetic(symbol, *a, *b, position);
}

Json signed_number(std::string_view sign, const Json& value, Position position) {
  if (value.is_number_float()) return sign == "-" ? -value.get<double>() : value.get<double>();
  const auto number = python::integer(value);
  if (!number) {
    throw Failure{position, fmt::format("'{}' before a value of type {}", sign, python::type_name(value)),
                  "check the type of this column"};
  }
  if (sign == "+") return *number;
  if (*number == std::numeric_limits<std::int64_t>::min()) too_large(position);
  return -*number;
}

bool compare(std::string_view operation, const Json& left, const Json& right, Position position) {
  if (operation == "==") return python::equal(left, right);
  if (operation == "!=") return !python::equal(left, right);
  if (operation == "in") return contains(right, left, position);
  if (operation == "not in") return !contains(right, left, position);
  const auto order = python::order(left, right);
  if (!order) {
    const bool numbers = (left.is_number() || left.is_boolean()) && (right.is_number() || right.is_boolean());
    if (numbers) return false;  // one is NaN
    type_error(operation, left, right, position);
  }
  if (operation == "<") return *order < 0;
  if (operation == "<=") return *order <= 0;
  return operation == ">" ? *order > 0 : *order >= 0;
}

Json slice(const Json& object, std::optional<std::int64_t> begin, std::optional<std::int64_t> end,
           std::optional<std::int64_t> step, Position position) {
  if (!object.is_string() && !object.is_array()) {
    throw Failure{position, fmt::format("a slice of a value of type {}", python::type_name(object)),
                  "only text and lists have slices"};
  }
  // Beyond any list; keeps the sums below free of overflow.
  constexpr std::int64_t kLongest = std::int64_t{1} << 40;
  const std::int64_t stride = std::clamp(step.value_or(1), -kLongest, kLongest);
  if (stride == 0) throw Failure{position, "a slice with step 0", "use another step"};
  const std::u32string points =
      object.is_string() ? python::code_points(object.get<std::string>()) : std::u32string();
  const auto size = static_cast<std::int64_t>(object.is_string() ? points.size() : object.size());
  const std::int64_t low = stride < 0 ? -1 : 0;
  const std::int64_t high = stride < 0 ? size - 1 : size;
  const auto bound = [&](std::optional<std::int64_t> at, std::int64_t otherwise) {
    if (!at) return otherwise;
    return std::clamp(*at < 0 ? *at + size : *at, low, high);
  };
  const std::int64_t first = bound(begin, stride < 0 ? high : low);
  const std::int64_t last = bound(end, stride < 0 ? low : high);
  Json list = Json::array();
  std::u32string part;
  for (std::int64_t i = first; stride < 0 ? i > last : i < last; i += stride) {
    if (object.is_string()) {
      part += points[static_cast<std::size_t>(i)];
    } else {
      list.push_back(object[static_cast<std::size_t>(i)]);
    }
  }
  return object.is_string() ? Json(python::utf8(part)) : list;
}

}  // namespace tsugi::eval::syntax
