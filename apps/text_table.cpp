// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tsugi::apps {
namespace {

// Three digits: 1.67, 16.7, 167.
std::string three_digits(double value) {
  return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

std::string with_unit(std::size_t count, const std::array<std::string_view, 5>& units) {
  auto value = static_cast<double>(count);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{}{}", count, units[0])
                   : fmt::format("{}{}", three_digits(value), units.at(unit));
}

}  // namespace

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;  // not a continuation byte
  }));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths.at(i) = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width_of(row[i]), ' ');
      line += i == 0 ? fmt::format("  {}{}", row[i], space) : fmt::format("  {}{}", space, row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += fmt::format("{}\n", line);
  }
  return text;
}

std::string short_count(std::size_t count) {
  return with_unit(count, {"", " K", " M", " B", " T"});
}

std::string short_bytes(std::size_t bytes) {
  return with_unit(bytes, {" bytes", " KB", " MB", " GB", " TB"});
}

}  // namespace tsugi::apps
