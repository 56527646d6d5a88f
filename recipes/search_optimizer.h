// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `optimizer:` of a search file. For the reader of search files only.
#pragma once

#include "recipes/search_spec.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// The standard one where the key is absent. Throws InputError.
OptimizerSpec read_optimizer(const YamlMapping& parent);

}  // namespace tsugi::recipes
