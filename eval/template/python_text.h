// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Python's str methods on UTF-8: white space, case, strip, split and replace as Python 3 has them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::eval::python {

/// Text as code points; a byte that is no UTF-8 becomes U+FFFD.
std::u32string code_points(std::string_view text);
std::string utf8(std::u32string_view points);

/// len(text): code points, not bytes.
std::size_t length(std::string_view text);

/// chr(point).isspace(): Unicode's white space and U+001C to U+001F, without U+180E.
bool is_space(char32_t point);

/// Without arguments these take white space away; `characters` is the set to take away instead.
std::string_view strip(std::string_view text);
std::string_view lstrip(std::string_view text);
std::string_view rstrip(std::string_view text);
std::string lstrip(std::string_view text, std::string_view characters);
std::string rstrip(std::string_view text, std::string_view characters);

/// Full Unicode mappings: "ß" to "SS", "İ" to two characters, a final sigma.
std::string lower(std::string_view text);
std::string upper(std::string_view text);
/// str.capitalize(): the first character in title case ("ǆ" to "ǅ", "ß" to "Ss"), the others lower.
std::string capitalize(std::string_view text);

/// str.islower() and str.isupper(): some character has case, and none the other.
bool is_lower(std::string_view text);
bool is_upper(std::string_view text);
/// str.isdigit(): superscripts and circled digits too.
bool is_digits(std::string_view text);
/// Jinja's filter `title`: a capital behind each run of white space, hyphens and ( { [ <.
std::string titled_words(std::string_view text);

/// str.splitlines().
std::vector<std::string> split_lines(std::string_view text);

/// At most `most` cuts; negative: all. `separator` must not be empty.
std::vector<std::string> split(std::string_view text, std::string_view separator, long most = -1);
/// At runs of white space, without empty pieces.
std::vector<std::string> split_words(std::string_view text, long most = -1);

/// The first `most` occurrences, negative: all. An empty `from` stands before each character and at the end.
std::string replace(std::string_view text, std::string_view from, std::string_view to, long most = -1);

}  // namespace tsugi::eval::python
