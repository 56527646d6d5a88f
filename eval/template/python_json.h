// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Python's json.dumps: templates print with it and lm-evaluation-harness hashes documents in its form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "eval/template/python_value.h"

namespace tsugi::eval::python {

struct JsonStyle {
  std::optional<std::int64_t> indent = std::nullopt;  ///< blanks a level; none for all in one line
  bool sorted = false;                                ///< keys; else in their order
  bool ascii = false;                                 ///< other characters as \uXXXX
};

/// Bytes that are no UTF-8 become U+FFFD.
std::string json_dumps(const Json& value, const JsonStyle& style);

}  // namespace tsugi::eval::python
