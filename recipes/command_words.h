// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The command of `scorer: command`: words as a shell would split them, without a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// What stands for something else in a command; docs/scorers.md says what for.
enum class Placeholder { model, items, samples, output };

/// Reads a list of words, or one text that is split at blanks; "…" and '…' keep blanks together. Throws
/// InputError at its place: no word, a quote without its end, an unknown {placeholder}, no {model}, neither
/// {items} nor {samples}.
std::vector<std::string> read_command_words(const YamlValue& value);

/// "{model}"
std::string_view text_of(Placeholder placeholder);

bool has(const std::vector<std::string>& words, Placeholder placeholder);

/// `text` with `value` wherever the placeholder stands.
std::string filled(std::string text, Placeholder placeholder, std::string_view value);

}  // namespace tsugi::recipes
