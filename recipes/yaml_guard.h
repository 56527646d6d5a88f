// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What is checked of a YAML text before a tree is built of it: bytes, then the parser's events.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tsugi::recipes {

/// Recipes and task files are kilobytes; what is larger is another file given by mistake.
constexpr std::size_t kMaxYamlBytes = std::size_t{16} << 20;

/// What yaml-cpp's marks count from.
std::string_view without_bom(std::string_view text);

/// Throws InputError above kMaxYamlBytes.
void check_yaml_size(std::size_t bytes, const std::string& file);

/// Throws InputError unless the text is UTF-8 (a BOM may lead) without control characters, and not too large.
void check_yaml_text(std::string_view text, const std::string& file);

enum class Documents { one, several };

/// Throws InputError for a second document where one is allowed, foreign tags (but `scalar_tag` on a plain
/// value), a quote that is never closed, or a limit of load_yaml; YAML::Exception for broken syntax.
void check_yaml_events(std::string_view text, const std::string& file, Documents allowed,
                       std::string_view scalar_tag);

}  // namespace tsugi::recipes
