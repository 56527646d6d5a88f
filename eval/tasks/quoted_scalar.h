// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Quoted scalars over several lines, which yaml-cpp 0.7 folds otherwise than PyYAML where blank lines stand
// before the closing quote.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tsugi::eval {

/// The value of the quoted scalar that begins at text[at], by PyYAML's scan_flow_scalar. Nothing when no
/// quote stands there or the scalar ends on its first line: what others read right.
std::optional<std::string> read_long_quoted(std::string_view text, std::size_t at);

}  // namespace tsugi::eval
