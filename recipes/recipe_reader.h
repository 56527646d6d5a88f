// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// One document as a recipe. For the readers of recipe files only.
#pragma once

#include "recipes/recipe.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// A recipe without `file` and `source_text`. Throws InputError at its place for whatever is wrong.
Recipe recipe_in(const YamlValue& root, const UnknownKeys& unknown);

}  // namespace tsugi::recipes
