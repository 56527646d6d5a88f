// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Texts as rows of words or of characters, and the passages of N of them. For eval/holdout only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::eval {

enum class Unit { word, character };

/// Characters where over half of the letters are of scripts that set no blanks between words.
Unit unit_of(std::string_view text);

/// A normalised text without punctuation, as units in a row.
class UnitRow {
 public:
  /// `normalised` as normalise_question gives it.
  UnitRow(std::string_view normalised, Unit unit);

  std::size_t size() const { return begin_.size(); }

  /// Units [first, first + count), with blanks between words. Valid as long as this.
  std::string_view passage(std::size_t first, std::size_t count) const {
    const std::size_t from = begin_[first];
    return std::string_view(text_).substr(from, end_[first + count - 1] - from);
  }

 private:
  std::string text_;
  std::vector<std::size_t> begin_;  ///< [unit]: bytes of text_
  std::vector<std::size_t> end_;
};

}  // namespace tsugi::eval
