// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Scripts of Unicode, as the regular expressions of Hugging Face's tokenizers 0.23 and its component
// UnicodeScripts know them (make_script_tables.py).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tsugi::eval::unicode {

/// Number of the script with this long or short name ("Old_Italic", "Ital"), whatever its case, blanks, '-'
/// and '_'; nothing where there is none.
std::optional<std::uint8_t> script_named(std::string_view name);

/// The script of a code point by Unicode 16: exactly one, Common, Inherited and Unknown among them.
std::uint8_t script(char32_t code_point);

/// What UnicodeScripts cuts by: 0 belongs to any neighbour, two other numbers that differ are cut apart.
std::uint8_t script_split_class(char32_t code_point);

}  // namespace tsugi::eval::unicode
