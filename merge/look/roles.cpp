// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/roles.h"

#include <fmt/format.h>

#include <charconv>

namespace tsugi::merge {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A group of digits between two dots, or between a dot and the end.
struct Number {
  std::size_t begin = std::string_view::npos;
  std::size_t end = 0;
};

Number next_number(std::string_view name, std::size_t from) {
  for (std::size_t dot = name.find('.', from); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    std::size_t end = dot + 1;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (end > dot + 1 && (end == name.size() || name[end] == '.')) return {dot + 1, end};
  }
  return {};
}

std::string with_stars(std::string_view text) {
  std::string result;
  std::size_t copied = 0;
  for (Number number = next_number(text, 0); number.begin != std::string_view::npos;
       number = next_number(text, number.end)) {
    result.append(text.substr(copied, number.begin - copied)).append("*");
    copied = number.end;
  }
  return result.append(text.substr(copied));
}

std::string_view without_weight(std::string_view name) {
  constexpr std::string_view kEnd = ".weight";
  const bool ends = name.size() > kEnd.size() && name.substr(name.size() - kEnd.size()) == kEnd;
  return ends ? name.substr(0, name.size() - kEnd.size()) : name;
}

std::string family_role(const recipes::Architecture* family, const std::string& pattern) {
  if (family == nullptr) return "";
  for (const auto* rows : {&family->before, &family->each_layer, &family->after}) {
    for (const recipes::ArchitectureRow& row : *rows) {
      if (row.name == pattern) return row.role;
    }
  }
  return "";
}

}  // namespace

TensorPlace place_of(std::string_view name, const recipes::Architecture* family) {
  const Number number = next_number(name, 0);
  TensorPlace place;
  std::size_t layer = 0;
  const bool inside =
      number.begin != std::string_view::npos && number.end < name.size() &&
      std::from_chars(name.data() + number.begin, name.data() + number.end, layer).ec == std::errc();
  if (!inside) {
    place.role = family_role(family, std::string(name));
    if (place.role.empty()) place.role = with_stars(without_weight(name));
    return place;
  }
  const std::string_view before = name.substr(0, number.begin);
  const std::string_view behind = name.substr(number.end);
  place.stack = before.substr(0, before.size() - 1);
  place.layer = layer;
  place.role = family_role(family, fmt::format("{}{{i}}{}", before, behind));
  if (place.role.empty()) place.role = with_stars(without_weight(behind)).substr(1);
  return place;
}

}  // namespace tsugi::merge
