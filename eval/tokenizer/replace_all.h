// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Replacement in place.
#pragma once

#include <string>
#include <string_view>

#include "eval/template/python_text.h"

namespace tsugi::eval::tokenization {

/// Every occurrence of `from`, left to right; nothing where `from` is empty, unlike Python.
inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (!from.empty()) text = python::replace(text, from, to);
}

}  // namespace tsugi::eval::tokenization
