// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/python_json.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace tsugi::eval::python {
namespace {

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
  } else if (value.is_number_float() && std::isfinite(value.get<double>())) {
    out += float_text(value.get<double>());
  } else {
    out += plain(value);
  }
}

}  // namespace

std::string json_dumps(const Json& value, const JsonStyle& style) {
  std::string out;
  dump(value, style, 0, out);
  return out;
}

}  // namespace tsugi::eval::python
