// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The table of methods. CMake writes method_list.inc, one row TSUGI_METHOD(NAME) for each file
// methods/NAME.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "merge/methods/method.h"

namespace tsugi::merge {

#define TSUGI_METHOD(NAME) Method method_##NAME();
#include "method_list.inc"
#undef TSUGI_METHOD

bool Range::contains(double value) const {
  const bool above = low_open ? value > low : value >= low;
  const bool below = high_open ? value < high : value <= high;
  return above && below;  // false for NaN
}

std::string Range::text() const {
  return fmt::format("{}{}, {}{}", low_open ? '(' : '[', low, high, high_open ? ')' : ']');
}

const Parameter* Method::find(std::string_view parameter) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const Parameter& row) { return row.name == parameter; });
  return found == parameters.end() ? nullptr : &*found;
}

std::span<const Method> methods() {
  static const auto table = [] {
#define TSUGI_METHOD(NAME) method_##NAME(),
    std::array made{
#include "method_list.inc"
    };
#undef TSUGI_METHOD
    std::sort(made.begin(), made.end(), [](const Method& a, const Method& b) { return a.name < b.name; });
    return made;
  }();
  return table;
}

const Method* find_method(std::string_view name) {
  for (const Method& method : methods()) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

}  // namespace tsugi::merge
