// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/python_value.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "eval/template/python_text.h"

namespace tsugi::eval::python {
namespace {

bool is_number(const Json& value) {
  return value.is_number() || value.is_boolean();
}

/// Anything is_number() as a double: exact below 2^53, as much as a comparison with a float needs.
double number(const Json& value) {
  return value.is_boolean() ? static_cast<double>(value.get<bool>()) : value.get<double>();
}

bool is_above_int64(const Json& value) {
  return value.is_number_unsigned() &&
         value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

std::optional<int> number_order(const Json& left, const Json& right) {
  if (left.is_number_float() || right.is_number_float() || is_above_int64(left) || is_above_int64(right)) {
    const double a = number(left);
    const double b = number(right);
    if (std::isnan(a) || std::isnan(b)) return std::nullopt;
    return a < b ? -1 : static_cast<int>(a > b);
  }
  const std::int64_t a = *integer(left);
  const std::int64_t b = *integer(right);
  return a < b ? -1 : static_cast<int>(a > b);
}

/// str.isprintable() of one character (Python's unicodedata: not Other, not Separator, but the blank).
bool is_printable(char32_t point) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(point))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    case UTF8PROC_CATEGORY_ZS:
      return point == U' ';
    default:
      return true;
  }
}

void append_escaped(std::string& out, char32_t point, char32_t quote) {
  const auto code = static_cast<unsigned>(point);
  if (point == quote || point == U'\\') {
    out += '\\';
    out += static_cast<char>(point);
  } else if (point == U'\n') {
    out += "\\n";
  } else if (point == U'\r') {
    out += "\\r";
  } else if (point == U'\t') {
    out += "\\t";
  } else if (is_printable(point)) {
    out += utf8(std::u32string(1, point));
  } else if (code < 0x100) {
    out += fmt::format("\\x{:02x}", code);
  } else {
    out += code < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
  }
}

std::string text_repr(const std::string& text) {
  const bool double_quoted = text.find('\'') != text.npos && text.find('"') == text.npos;
  const char quote = double_quoted ? '"' : '\'';
  std::string out(1, quote);
  for (const char32_t point : code_points(text)) append_escaped(out, point, static_cast<char32_t>(quote));
  return out += quote;
}

std::string collection_repr(const Json& value) {
  std::string out = value.is_array() ? "[" : "{";
  std::string_view separator;
  for (const auto& [key, item] : value.items()) {
    out += separator;
    if (value.is_object()) out += text_repr(key) + ": ";
    out += repr(item);
    separator = ", ";
  }
  return out += value.is_array() ? ']' : '}';
}

}  // namespace

std::string_view type_name(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "NoneType";
    case Json::value_t::boolean:
      return "bool";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "int";
    case Json::value_t::number_float:
      return "float";
    case Json::value_t::string:
      return "str";
    case Json::value_t::array:
      return "list";
    default:
      return "dict";
  }
}

std::string float_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 32> buffer{};  // sign, 17 digits, point, exponent
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  std::string digits(buffer.data(), end.ptr);
  const std::string sign = digits[0] == '-' ? "-" : "";
  digits.erase(0, sign.size());
  const std::size_t mark = digits.find('e');
  const int exponent = std::stoi(digits.substr(mark + 1));
  digits.resize(mark);
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {  // where Python's repr changes to an exponent
    if (count > 1) digits.insert(1, 1, '.');
    return fmt::format("{}{}e{}{:02d}", sign, digits, exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  if (exponent < 0)
    return fmt::format("{}0.{}{}", sign, std::string(static_cast<std::size_t>(-exponent - 1), '0'), digits);
  if (count <= exponent + 1) {
    return fmt::format("{}{}{}.0", sign, digits,
                       std::string(static_cast<std::size_t>(exponent + 1 - count), '0'));
  }
  digits.insert(static_cast<std::size_t>(exponent + 1), 1, '.');
  return fmt::format("{}{}", sign, digits);
}

std::string str(const Json& value) {
  return value.is_string() ? value.get<std::string>() : repr(value);
}

std::string repr(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number_float()) return float_text(value.get<double>());
  if (value.is_string()) return text_repr(value.get_ref<const std::string&>());
  if (value.is_structured()) return collection_repr(value);
  return value.dump();
}

bool truth(const Json& value) {
  if (value.is_null()) return false;
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  if (value.is_structured()) return !value.empty();
  return number(value) != 0;
}

bool equal(const Json& left, const Json& right) {
  if (is_number(left) && is_number(right)) return number_order(left, right) == 0;
  if (left.type() != right.type()) return false;
  if (!left.is_structured()) return left == right;
  if (left.size() != right.size()) return false;
  if (left.is_array()) return std::equal(left.begin(), left.end(), right.begin(), equal);
  return std::all_of(left.items().begin(), left.items().end(), [&](const auto& entry) {
    const auto found = right.find(entry.key());
    return found != right.end() && equal(entry.value(), *found);
  });
}

std::optional<int> order(const Json& left, const Json& right) {
  if (is_number(left) && is_number(right)) return number_order(left, right);
  if (left.type() != right.type()) return std::nullopt;
  if (left.is_string()) {  // bytes of UTF-8 sort as code points do
    const int difference = left.get_ref<const std::string&>().compare(right.get_ref<const std::string&>());
    return difference < 0 ? -1 : static_cast<int>(difference > 0);
  }
  if (!left.is_array()) return std::nullopt;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (!equal(left[i], right[i])) return order(left[i], right[i]);
  }
  return left.size() < right.size() ? -1 : static_cast<int>(left.size() > right.size());
}

std::optional<std::int64_t> integer(const Json& value) {
  if (value.is_boolean()) return static_cast<std::int64_t>(value.get<bool>());
  if (!value.is_number_integer() || is_above_int64(value)) return std::nullopt;
  return value.get<std::int64_t>();
}

}  // namespace tsugi::eval::python
