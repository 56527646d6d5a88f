// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/python_json.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::eval::python {
namespace {

constexpr std::string_view kNaN = "NaN";
constexpr std::string_view kInfinity = "Infinity";
constexpr std::string_view kMinusInfinity = "-Infinity";

std::string_view not_finite(double number) {
  if (std::isnan(number)) return kNaN;
  return number > 0 ? kInfinity : kMinusInfinity;
}

void dump(const Json& value, const JsonStyle& style, std::int64_t depth, std::string& out) {
  const auto line = [&](std::int64_t levels) {
    if (!style.indent) return;
    out.append("\n").append(static_cast<std::size_t>(std::max<std::int64_t>(0, *style.indent) * levels), ' ');
  };
  const auto plain = [&](const Json& scalar) {
    return scalar.dump(-1, ' ', style.ascii, Json::error_handler_t::replace);
  };
  const auto between = [&](bool first) {
    if (!first) out += style.indent ? "," : ", ";
    line(depth + 1);
  };
  if (value.is_object() && !value.empty()) {
    out += '{';
    std::vector<std::string> keys;
    for (const auto& [key, item] : value.items()) keys.push_back(key);
    if (style.sorted) std::sort(keys.begin(), keys.end());
    bool first = true;
    for (const std::string& key : keys) {
      between(first);
      first = false;
      out += plain(Json(key)) + ": ";
      dump(value[key], style, depth + 1, out);
    }
    line(depth);
    out += '}';
  } else if (value.is_array() && !value.empty()) {
    out += '[';
    bool first = true;
    for (const Json& item : value) {
      between(first);
      first = false;
      dump(item, style, depth + 1, out);
    }
    line(depth);
    out += ']';
  } else if (value.is_number_float()) {
    const auto number = value.get<double>();
    out += std::isfinite(number) ? float_text(number) : not_finite(number);
  } else {
    out += plain(value);
  }
}

// Null in place of the words that JSON does not have, outside of strings.
std::string without_words(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (rest[0] == '"') quoted = !quoted;
    std::size_t length = quoted && rest[0] == '\\' ? 2 : 1;
    bool word = false;
    for (const std::string_view each : {kNaN, kInfinity, kMinusInfinity}) {
      if (quoted || !rest.starts_with(each)) continue;
      word = true;
      length = each.size();
    }
    out += word ? "null" : rest.substr(0, length);
    i += length;
  }
  return out;
}

}  // namespace

Json json_loads(std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? Json::parse(without_words(text), nullptr, false) : value;
}

std::string json_dumps(const Json& value, const JsonStyle& style) {
  std::string out;
  dump(value, style, 0, out);
  return out;
}

}  // namespace tsugi::eval::python
