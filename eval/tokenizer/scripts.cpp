// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/scripts.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>

namespace tsugi::eval::unicode {
namespace {

struct Name {
  std::string_view brief;
  std::string_view full;
};
constexpr Name kNames[] = {
#include "eval/tokenizer/script_names.inc"
};
constexpr std::uint32_t kScripts[] = {
#include "eval/tokenizer/script_table.inc"
};
constexpr std::uint32_t kSplitClasses[] = {
#include "eval/tokenizer/script_split_table.inc"
};

/// Each run is first code point * 256 + number, ascending, the first of code point 0.
std::uint8_t number_of(std::span<const std::uint32_t> runs, char32_t code_point) {
  const std::uint32_t last = static_cast<std::uint32_t>(code_point) << 8U | 255U;
  return static_cast<std::uint8_t>(*std::prev(std::upper_bound(runs.begin(), runs.end(), last)) & 255U);
}

/// Names are compared without what Unicode's loose matching (UAX #44, LM3) leaves out.
std::string loose(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

}  // namespace

std::optional<std::uint8_t> script_named(std::string_view name) {
  const std::string wanted = loose(name);
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& row) {
    return loose(row.brief) == wanted || loose(row.full) == wanted;
  });
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<std::uint8_t>(found - std::begin(kNames));
}

std::uint8_t script(char32_t code_point) {
  return number_of(kScripts, code_point);
}

std::uint8_t script_split_class(char32_t code_point) {
  return number_of(kSplitClasses, code_point);
}

}  // namespace tsugi::eval::unicode
