// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `stages:` of a search file. For the reader of search files only.
#pragma once

#include <vector>

#include "recipes/search_spec.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// Empty where the key is absent. A stage without an optimizer of its own has `top`'s. `both`: weights and
/// layers can be searched. Throws InputError.
std::vector<StageSpec> read_stages(const YamlMapping& top, bool both);

}  // namespace tsugi::recipes
