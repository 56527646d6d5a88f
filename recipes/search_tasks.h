// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads `tasks:` of a search file. For recipes/search_spec.cpp only.
#pragma once

#include <vector>

#include "recipes/search_spec.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// At least one task, none twice. Throws InputError with its place.
std::vector<TaskSpec> read_tasks(const YamlMapping& top);

}  // namespace tsugi::recipes
