// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `tokenizer:` and `tokenizer_source:` of a recipe. For the readers of recipes and search files only.
#pragma once

#include <optional>

#include "recipes/recipe.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// Nothing when neither key is there. Throws InputError with its place for both keys at once, a source of a
/// token that is neither a model, `model_token` with exactly one of token and token_id, nor `zero`, and
/// `force` without a source (mergekit takes some of these for something else).
std::optional<TokenizerSpec> read_tokenizer(const YamlMapping& parent, const UnknownKeys& unknown);

}  // namespace tsugi::recipes
