// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `chat_template:` of a recipe, and the templates that it may name (recipes/chat_templates/NAME.jinja).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/recipe.h"

namespace tsugi::recipes {

class YamlMapping;

/// "alpaca", "chatml", …; sorted.
std::vector<std::string> chat_template_names();

/// The Jinja text of a name, to be rendered with trim_blocks and lstrip_blocks as transformers does; nothing
/// for an unknown name. alpaca, chatml and mistral render as mergekit 0.1.5's do; llama3 and exaone as the
/// templates of those models, without the white space that mergekit's put around each turn.
std::optional<std::string> named_chat_template(std::string_view name);

/// What is wrong with a Jinja text at first sight: a bracket or block that is never closed, or closed without
/// being opened. "" for nothing.
std::string jinja_fault(std::string_view text);

/// Nothing when the key is absent or null. Throws InputError for a text that is neither "auto", nor a known
/// name, nor looks like Jinja (mergekit's rule: 20 characters and a brace), and for what jinja_fault() finds.
std::optional<ChatTemplate> read_chat_template(const YamlMapping& parent);

}  // namespace tsugi::recipes
