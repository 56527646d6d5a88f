// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/python_json.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace tsugi::eval::python {
namespace {

void dump(const Json& value, int indent, int depth, bool sorted, std::string& out) {
  const auto line = [&](int levels) {
    if (indent > 0) out.append("\n").append(static_cast<std::size_t>(indent * levels), ' ');
  };
  const auto between = [&](bool first) {
    if (!first) out += indent > 0 ? "," : ", ";
    line(depth + 1);
  };
  if (value.is_object() && !value.empty()) {
    out += '{';
    std::vector<std::string> keys;
    for (const auto& [key, item] : value.items()) keys.push_back(key);
    if (sorted) std::sort(keys.begin(), keys.end());
    bool first = true;
    for (const std::string& key : keys) {
      between(first);
      first = false;
      out += Json(key).dump(-1, ' ', false, Json::error_handler_t::replace) + ": ";
      dump(value[key], indent, depth + 1, sorted, out);
    }
    line(depth);
    out += '}';
  } else if (value.is_array() && !value.empty()) {
    out += '[';
    bool first = true;
    for (const Json& item : value) {
      between(first);
      first = false;
      dump(item, indent, depth + 1, sorted, out);
    }
    line(depth);
    out += ']';
  } else if (value.is_number_float() && std::isfinite(value.get<double>())) {
    out += float_text(value.get<double>());
  } else {
    out += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

std::string json_dumps(const Json& value, int indent, bool sorted) {
  std::string out;
  dump(value, indent, 0, sorted, out);
  return out;
}

}  // namespace tsugi::eval::python
