// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A number below 32 for each code point, made from a generated list of runs.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tsugi::eval::unicode {

/// Equal pages are stored once (about 50 kB instead of 1.1 MB): most pages are of one class.
class CodePointTable {
 public:
  /// Each of `runs` is first code point * 32 + number, ascending, the first of code point 0.
  explicit CodePointTable(std::span<const std::uint32_t> runs) {
    std::size_t run = 0;
    for (std::size_t page = 0; page < page_of_.size(); ++page) {
      std::array<std::uint8_t, kPage> values{};
      for (std::size_t i = 0; i < kPage; ++i) {
        const std::size_t code = page * kPage + i;
        while (run + 1 < runs.size() && (runs[run + 1] >> 5U) <= code) ++run;
        values[i] = static_cast<std::uint8_t>(runs[run] & 31U);
      }
      const auto same = std::find(pages_.begin(), pages_.end(), values);
      page_of_[page] = static_cast<std::uint16_t>(same - pages_.begin());
      if (same == pages_.end()) pages_.push_back(values);
    }
  }

  /// 0 beyond U+10FFFF.
  std::uint8_t at(char32_t code_point) const {
    return code_point < kEnd ? pages_[page_of_[code_point / kPage]][code_point % kPage] : std::uint8_t{0};
  }

 private:
  static constexpr char32_t kEnd = 0x110000;
  static constexpr std::size_t kPage = 256;

  std::array<std::uint16_t, kEnd / kPage> page_of_{};
  std::vector<std::array<std::uint8_t, kPage>> pages_;
};

}  // namespace tsugi::eval::unicode
