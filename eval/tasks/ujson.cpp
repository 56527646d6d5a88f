// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/ujson.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <system_error>

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kPrecision = 10;

// Numbers with a point or an exponent, as they come back when ujson writes them and `read` reads them.
template <class Read>
void rewrite(Json& value, const Read& read) {
  if (value.is_number_float()) value = read(ujson_text(value.get<double>()));
  if (!value.is_structured()) return;
  for (Json& inner : value) rewrite(inner, read);
}

void write_and_read(Json& value) {
  rewrite(value, ujson_number);
}

// A number at the beginning of a text: JSON's, or one with digits too many or left out, as "-", "007", "1."
// and "1e" are. Empty if there is none.
struct Number {
  std::string_view whole;  // with its sign
  std::string_view all;
};

Number number_in(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto next_is = [&](std::string_view any) {
    return at < text.size() && any.find(text[at]) != std::string_view::npos;
  };
  const auto skip_digits = [&] {
    while (next_is("0123456789")) ++at;
  };
  skip_digits();
  Number number{text.substr(0, at), {}};
  if (number.whole.empty()) return number;
  if (next_is(".")) {
    ++at;
    skip_digits();
  }
  if (next_is("eE")) {
    ++at;
    if (next_is("+-")) ++at;
    skip_digits();
  }
  number.all = text.substr(0, at);
  return number;
}

// None beyond 64 bits.
std::optional<Json> whole_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  constexpr std::uint64_t kLeast = std::uint64_t{1} << 63;
  if (error == std::errc::result_out_of_range || (negative && size > kLeast)) return std::nullopt;
  return negative ? Json(static_cast<std::int64_t>(~size + 1)) : Json(size);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(kBlank) + 1));
  return text;
}

// What ujson_loads() makes of a text; none if that is an error.
std::optional<Json> loaded(std::string_view text) {
  const std::string_view word = trimmed(text);
  if (word == "NaN") return Json(nullptr);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (word == "Infinity" || word == "-Infinity") return Json(word.front() == '-' ? -kInfinity : kInfinity);
  const Number number = number_in(word);
  if (!number.all.empty() && number.all == word)
    return number.whole == word ? whole_number(word) : Json(ujson_number(word));
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  write_and_read(value);
  return value;
}

}  // namespace

std::string ujson_text(double value) {
  constexpr double kLarge = 1e16 - 1;
  constexpr double kSmall = 1e-15;
  constexpr double kShift = 1e10;
  const double size = std::fabs(value);
  if (size > kLarge || (size != 0 && size < kSmall)) return fmt::format("{:.{}g}", value, kPrecision);
  auto whole = static_cast<std::uint64_t>(size);
  const double shifted = (size - static_cast<double>(whole)) * kShift;
  auto fraction = static_cast<std::uint64_t>(shifted);
  const double rest = shifted - static_cast<double>(fraction);
  constexpr double kHalf = 0.5;
  if (rest > kHalf || (rest == kHalf && (fraction == 0 || fraction % 2 != 0))) ++fraction;
  if (static_cast<double>(fraction) >= kShift) {
    fraction = 0;
    ++whole;
  }
  std::string text = fmt::format("{}{}.{:0{}}", value < 0 ? "-" : "", whole, fraction, kPrecision);
  text.erase(std::max(text.find_last_not_of('0'), text.find('.') + 1) + 1);
  return text;
}

double ujson_number(std::string_view text) {
  constexpr std::size_t kMostDecimals = 15;
  const double sign = text.starts_with('-') ? -1 : 1;
  const std::size_t exponent = std::min(text.find_first_of("eE"), text.size());
  const std::size_t point = std::min(text.find('.'), exponent);
  const double whole = std::fabs(std::strtod(std::string(text.substr(0, point)).c_str(), nullptr));
  const std::string_view decimals =
      point < exponent ? text.substr(point + 1, std::min(exponent - point - 1, kMostDecimals)) : "";
  double fraction = 0;
  for (const char digit : decimals) fraction = fraction * 10 + (digit - '0');
  // Powers below one are rounded before they are multiplied by: 623e-10 is 6.230000000000001e-08.
  const double place = std::strtod(fmt::format("1e-{}", decimals.size()).c_str(), nullptr);
  const double value = (whole + fraction * place) * sign;
  if (exponent == text.size()) return value;
  return value * std::pow(10.0, std::strtod(std::string(text.substr(exponent + 1)).c_str(), nullptr));
}

void ujson_rewrite(Json& value) {
  rewrite(value, [](const std::string& text) { return std::strtod(text.c_str(), nullptr); });
}

Json ujson_value(const Json& value) {
  if (value.is_string()) return loaded(value.get_ref<const std::string&>()).value_or(value);
  Json result = value;
  write_and_read(result);
  return result;
}

}  // namespace tsugi::eval
