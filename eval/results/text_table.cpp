// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace tsugi::eval {

std::string text_table(const std::vector<TableRow>& rows) {
  std::vector<std::size_t> width(rows.front().size());
  for (const TableRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string text;
  for (const TableRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += fmt::format("|{:<{}}", row[i], width[i]);
    text += "|\n";
    if (&row != &rows.front()) continue;
    for (const std::size_t w : width) text.append("|").append(w, '-');
    text += "|\n";
  }
  return text;
}

}  // namespace tsugi::eval
