// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A table in plain text: the first column to the left, all others to the right.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::apps {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> head) { rows_.push_back(std::move(head)); }

  /// As many cells as the head has.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::size_t size() const { return rows_.size() - 1; }

  /// Lines that end in a newline each, two spaces between columns and before the first.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// Characters on the screen of UTF-8 text without wide or combining ones.
std::size_t width_of(std::string_view text);

/// "1.67 M", "7.24 B": a number of parameters, to three digits.
std::string short_count(std::size_t count);

/// "3.3 MB", "2.20 GB", decimal as disks count.
std::string short_bytes(std::size_t bytes);

}  // namespace tsugi::apps
