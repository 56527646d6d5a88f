// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Python's json.dumps(ensure_ascii=False): templates print with it and lm-evaluation-harness hashes documents
// in its form.
#pragma once

#include <string>

#include "eval/template/python_value.h"

namespace tsugi::eval::python {

/// `indent` blanks a level; 0 for one line with ", " and ": ", as Python has it without an indent. Keys keep
/// their order unless `sorted`. Bytes that are no UTF-8 become U+FFFD.
std::string json_dumps(const Json& value, int indent = 0, bool sorted = false);

}  // namespace tsugi::eval::python
