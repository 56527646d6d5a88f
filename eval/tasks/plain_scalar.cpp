// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// PyYAML's implicit resolvers (yaml/resolver.py) and constructors (yaml/constructor.py).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "eval/tasks/typed_yaml.h"
#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

template <std::size_t n>
bool is_one_of(std::string_view text, const std::array<std::string_view, n>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<bool> boolean(std::string_view text) {
  constexpr std::array<std::string_view, 9> kTrue{"yes",  "Yes", "YES", "true", "True",
                                                  "TRUE", "on",  "On",  "ON"};
  constexpr std::array<std::string_view, 9> kFalse{"no",    "No",  "NO",  "false", "False",
                                                   "FALSE", "off", "Off", "OFF"};
  if (text.empty()) return std::nullopt;
  if (is_one_of(text, kTrue)) return true;
  if (is_one_of(text, kFalse)) return false;
  return std::nullopt;
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text;
}

std::string without_underscores(std::string_view text) {
  return python::replace(text, "_", "");
}

/// (:[0-5]?[0-9])+ at least once, after the first part.
bool are_sixtieths(const std::vector<std::string>& parts) {
  return parts.size() > 1 && std::all_of(parts.begin() + 1, parts.end(), [](const std::string& part) {
           return (part.size() == 1 || (part.size() == 2 && part[0] <= '5')) && all_of(part, "0123456789") &&
                  !part.empty();
         });
}

/// The digits' base when the text is one of the resolver's int forms, 0 when not, 60 for sexagesimal.
int integer_base(std::string_view digits) {
  if (digits.empty() || !is_digit(digits[0])) return 0;
  if (digits == "0") return 10;
  if (digits.size() > 2 && digits.substr(0, 2) == "0b") return all_of(digits.substr(2), "01_") ? 2 : 0;
  if (digits.size() > 2 && digits.substr(0, 2) == "0x")
    return all_of(digits.substr(2), "0123456789abcdefABCDEF_") ? 16 : 0;
  if (digits[0] == '0') return all_of(digits.substr(1), "01234567_") ? 8 : 0;
  if (all_of(digits, "0123456789_")) return 10;
  const auto parts = python::split(digits, ":");
  return all_of(parts[0], "0123456789_") && are_sixtieths(parts) ? 60 : 0;
}

[[noreturn]] void too_large(const std::string& text, const Mark& mark) {
  throw InputError(mark, fmt::format("the number {} does not fit in 64 bits", text),
                   "put it in quotes to make it text");
}

std::int64_t magnitude(std::string_view digits, int base, const std::string& text, const Mark& mark) {
  std::int64_t value = 0;
  if (base == 60) {
    for (const std::string& part : python::split(digits, ":")) {
      const std::int64_t next = magnitude(part, 10, text, mark);
      if (__builtin_mul_overflow(value, 60, &value) || __builtin_add_overflow(value, next, &value))
        too_large(text, mark);
    }
    return value;
  }
  const std::string plain = without_underscores(base == 2 || base == 16 ? digits.substr(2) : digits);
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value, base);
  if (error == std::errc::result_out_of_range) too_large(text, mark);
  if (error != std::errc() || end != plain.data() + plain.size()) {
    throw InputError(mark, fmt::format("the number {} has no digits", text),
                     "put it in quotes to make it text");
  }
  return value;
}

/// [0-9][0-9_]* "." [0-9_]* ([eE][-+][0-9]+)?, or without the first part, which then takes no sign.
bool is_decimal_fraction(std::string_view text) {
  const bool has_sign = without_sign(text).size() != text.size();
  text = without_sign(text);
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view whole = text.substr(0, dot);
  std::string_view rest = text.substr(dot + 1);
  const std::size_t mark = rest.find_first_of("eE");
  if (mark != std::string_view::npos) {
    const std::string_view exponent = rest.substr(mark + 1);
    if (exponent.size() < 2 || (exponent[0] != '-' && exponent[0] != '+') ||
        !all_of(exponent.substr(1), "0123456789")) {
      return false;
    }
    rest = rest.substr(0, mark);
  }
  if (!all_of(rest, "0123456789_")) return false;
  if (whole.empty()) return !has_sign && !rest.empty() && is_digit(rest[0]);
  return is_digit(whole[0]) && all_of(whole, "0123456789_");
}

std::optional<double> sexagesimal_fraction(std::string_view text) {
  const std::string_view digits = without_sign(text);
  const std::size_t dot = digits.find('.');
  if (dot == std::string_view::npos || !all_of(digits.substr(dot + 1), "0123456789_")) return std::nullopt;
  const auto parts = python::split(digits.substr(0, dot), ":");
  if (parts[0].empty() || !is_digit(parts[0][0]) || !all_of(parts[0], "0123456789_") ||
      !are_sixtieths(parts)) {
    return std::nullopt;
  }
  double value = 0;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    value = (value + std::stod(without_underscores(parts[i]))) * 60;
  value += std::stod(without_underscores(parts.back() + std::string(digits.substr(dot))));
  return text[0] == '-' ? -value : value;
}

std::optional<double> fraction(std::string_view text) {
  constexpr std::array<std::string_view, 3> kInfinite{".inf", ".Inf", ".INF"};
  constexpr std::array<std::string_view, 3> kNotANumber{".nan", ".NaN", ".NAN"};
  if (is_one_of(text, kNotANumber)) return std::numeric_limits<double>::quiet_NaN();
  if (is_one_of(without_sign(text), kInfinite)) {
    return std::copysign(std::numeric_limits<double>::infinity(), text[0] == '-' ? -1.0 : 1.0);
  }
  if (!is_decimal_fraction(text)) return sexagesimal_fraction(text);
  const std::string plain = without_underscores(text[0] == '+' ? text.substr(1) : text);
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error == std::errc::result_out_of_range)
    return std::strtod(plain.c_str(), nullptr);  // infinity or 0, as Python
  return value;
}

}  // namespace

Json resolve_plain_scalar(const std::string& text, const Mark& mark) {
  constexpr std::array<std::string_view, 5> kNull{"", "~", "null", "Null", "NULL"};
  if (is_one_of(text, kNull)) return nullptr;
  if (const auto value = boolean(text)) return *value;
  if (const auto value = fraction(text)) return *value;
  const std::string_view digits = without_sign(text);
  const int base = integer_base(digits);
  if (base == 0) return text;
  const std::int64_t value = magnitude(digits, base, text, mark);
  return text[0] == '-' ? -value : value;
}

}  // namespace tsugi::eval
