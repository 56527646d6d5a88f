// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The "pattern" of Split and Replace: a literal text or a regular expression.
#pragma once

#include <functional>
#include <string_view>

#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {

/// Calls found(begin, end) for each match in a text, from left to right; none is empty.
using EachMatch =
    std::function<void(std::string_view text, const std::function<void(std::size_t, std::size_t)>& found)>;

/// {"String": …} or {"Regex": …}; the known regular expressions are scanned by hand. Throws InputError for
/// one that is not understood.
EachMatch read_pattern(const Field& field);

}  // namespace tsugi::eval::tokenization
