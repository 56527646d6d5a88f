// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `layers:` of a search file. For the reader of search files only.
#pragma once

#include "recipes/layer_spec.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// Throws InputError.
LayerSpec read_layers(const YamlMapping::Entry& entry);

}  // namespace tsugi::recipes
