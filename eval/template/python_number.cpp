// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/python_number.h"

#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "eval/template/python_text.h"

namespace tsugi::eval::python {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool has_foreign_digits(std::string_view text) {
  const std::u32string points = code_points(text);
  return std::any_of(points.begin(), points.end(), [](char32_t point) {
    return point >= 0x80 && utf8proc_category(static_cast<utf8proc_int32_t>(point)) == UTF8PROC_CATEGORY_ND;
  });
}

// Nothing where an underscore does not stand between two digits.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return plain;
}

// With a sign of '-' alone.
Whole of_digits(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return {Whole::Found::too_large};
  return {Whole::Found::number, value};
}

// float(text); what is too near to zero for it is zero.
std::optional<double> float_of(const std::string& text) {
  double value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (end != last || error == std::errc::invalid_argument) return std::nullopt;
  if (error != std::errc::result_out_of_range) return value;
  return text.find("e-") != text.npos || text.find("E-") != text.npos ? 0 : HUGE_VAL;
}

}  // namespace

Whole whole(double value) {
  if (std::isnan(value)) return {Whole::Found::none};
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (value >= kEnd || value < -kEnd) return {Whole::Found::too_large};
  return {Whole::Found::number, static_cast<std::int64_t>(value)};
}

Whole whole(std::string_view text) {
  text = strip(text);
  if (has_foreign_digits(text)) return {Whole::Found::foreign_digits};
  std::optional<std::string> plain = without_underscores(text);
  if (!plain) return {Whole::Found::none};
  const bool plus = !plain->empty() && plain->front() == '+';
  if (plus) plain->erase(0, 1);
  const std::size_t sign = !plus && !plain->empty() && plain->front() == '-' ? 1 : 0;
  const std::string_view number = std::string_view(*plain).substr(sign);
  if (number.empty() || number.front() == '-') return {Whole::Found::none};
  if (std::all_of(number.begin(), number.end(), is_digit)) return of_digits(*plain);
  if (number.find('(') != number.npos) return {Whole::Found::none};  // nan(...) is C's
  const std::optional<double> value = float_of(*plain);
  return !value || std::isinf(*value) ? Whole{} : whole(*value);
}

}  // namespace tsugi::eval::python
