// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Foreign text on its way into a page: what models and files say is shown, never obeyed.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::evolve::html {

/// UTF-8 that a page can show: every maximal invalid part becomes U+FFFD, control characters (but newline and
/// tab) become their pictures, U+2400 to U+2421, and those of C1 U+FFFD.
std::string visible(std::string_view bytes);

/// visible(), with the five characters of markup as entities: for text and for quoted attributes.
std::string escaped(std::string_view bytes);

/// Which end of a text is kept when it is too long.
enum class Keep { begin, end };

/// At most `most` code points of UTF-8, with "…" where something is left out.
std::string clipped(std::string text, std::size_t most, Keep keep = Keep::begin);

/// A table of markup; the first cell of a row is its header.
struct Table {
  std::string caption;  ///< text; "" for none
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows = {};
  std::string css_class = "numbers";  ///< numbers stand to the right
};
std::string markup(const Table& table);

/// JSON that may stand inside a script element: no "<", ">" or "&" in it, so no "</script>" and no "<!--".
/// Bytes that are no UTF-8 become U+FFFD.
std::string script_json(const nlohmann::ordered_json& value);

/// "sha256-…", what a content security policy calls a script by.
std::string script_hash(std::string_view script);

}  // namespace tsugi::evolve::html
