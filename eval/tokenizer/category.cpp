// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tokenizer/category.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "eval/tokenizer/code_point_table.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::unicode {
namespace {

constexpr std::uint32_t kCategories[] = {
#include "eval/tokenizer/category_table.inc"
};
constexpr std::uint32_t kTextClasses[] = {
#include "eval/tokenizer/text_tables.inc"
};

constexpr std::uint32_t kClusters[] = {
#include "eval/tokenizer/cluster_table.inc"
};

struct Lower {
  char32_t from;
  char32_t to;
};
constexpr Lower kLower[] = {
#include "eval/tokenizer/lower_table.inc"
};

constexpr std::array<std::string_view, 30> kNames = {
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs"};

}  // namespace

bool is_in(Category category, std::string_view name) {
  return kNames[static_cast<std::size_t>(category)].starts_with(name);
}

bool is_category(std::string_view name) {
  return !name.empty() &&
         std::any_of(kNames.begin(), kNames.end(), [&](std::string_view n) { return n.starts_with(name); });
}

Category category(char32_t code_point) {
  static const CodePointTable table(kCategories);
  return static_cast<Category>(table.at(code_point));
}

std::uint8_t text_classes(char32_t code_point) {
  static const CodePointTable table(kTextClasses);
  return table.at(code_point);
}

bool joins_cluster(char32_t code_point) {
  static const CodePointTable table(kClusters);
  return table.at(code_point) != 0;
}

void append_lower(std::string& text, char32_t code_point) {
  constexpr char32_t kDottedCapitalI = 0x130;
  if (code_point == kDottedCapitalI) {
    text += "i\xCC\x87";  // i and U+0307
    return;
  }
  const auto* found = std::lower_bound(std::begin(kLower), std::end(kLower), code_point,
                                       [](const Lower& row, char32_t c) { return row.from < c; });
  append_utf8(text, found != std::end(kLower) && found->from == code_point ? found->to : code_point);
}

}  // namespace tsugi::eval::unicode
