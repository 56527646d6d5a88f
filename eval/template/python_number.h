// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Numbers out of text and floats as Python's int() and float() make them.
#pragma once

#include <cstdint>
#include <string_view>

namespace tsugi::eval::python {

struct Whole {
  enum class Found : std::uint8_t {
    number,
    none,           ///< Python raises ValueError, or OverflowError for an infinite text
    too_large,      ///< beyond 64 bits, where Python goes on
    foreign_digits  ///< digits of another script, which Python reads too
  };
  Found found = Found::none;
  std::int64_t value = 0;
};

/// int(value): towards zero. An infinite value is too large.
Whole whole(double value);

/// int(text), else int(float(text)): white space around it, a sign, and single underscores between digits
/// are allowed.
Whole whole(std::string_view text);

}  // namespace tsugi::eval::python
