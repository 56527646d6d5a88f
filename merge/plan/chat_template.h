// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `chat_template:` of a recipe, carried out on the files beside the output's weights.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "merge/checkpoint/companions.h"
#include "merge/plan/context.h"

namespace tsugi::merge {

/// The template of a model folder as loaders find it: chat_template.jinja, else `chat_template` of
/// tokenizer_config.json, else of chat_template.json; of several the one named "default". Without white space
/// around it; nothing when there is none. `place` is the folder, for errors. Throws InputError for broken
/// JSON.
std::optional<std::string> chat_template_of(std::span<const Companion> companions, const std::string& place);

/// Companions with the recipe's template in place of the donor's: in chat_template.jinja and in
/// tokenizer_config.json where there is one, and nowhere else. "auto" is the most frequent of the models'
/// templates, ties going to the base and then to recipe order (mergekit leaves them to the order of a set).
/// Sorted by name.
std::vector<Companion> with_chat_template(PlanContext& context, std::vector<Companion> companions);

}  // namespace tsugi::merge
