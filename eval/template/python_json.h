// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Python's json: templates print with it and lm-evaluation-harness hashes documents in its form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "eval/template/python_value.h"

namespace tsugi::eval::python {

struct JsonStyle {
  std::optional<std::int64_t> indent = std::nullopt;  ///< blanks a level; none for all in one line
  bool sorted = false;                                ///< keys; else in their order
  bool ascii = false;                                 ///< other characters as \uXXXX
};

/// Bytes that are no UTF-8 become U+FFFD.
std::string json_dumps(const Json& value, const JsonStyle& style);

/// What Python writes, also NaN and Infinity, which become null. Discarded if it is no JSON.
Json json_loads(std::string_view text);

}  // namespace tsugi::eval::python
