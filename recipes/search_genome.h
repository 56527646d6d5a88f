// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `genome:` of a search file. For the reader of search files only.
#pragma once

#include "recipes/search_spec.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// Throws InputError.
GenomeSpec read_genome(const YamlValue& value);

}  // namespace tsugi::recipes
