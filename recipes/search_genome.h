// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `genome:` of a search file. For the reader of search files only.
#pragma once

#include "recipes/search_spec.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// Throws InputError. `may_be_models_only`: a genome that lists models and nothing else has no merge_method.
GenomeSpec read_genome(const YamlValue& value, bool may_be_models_only);

/// `models:`, without repeats and not empty.
std::vector<ModelReference> read_models(const YamlValue& list);

}  // namespace tsugi::recipes
