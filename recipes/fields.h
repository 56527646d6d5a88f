// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Fields that recipes and search files share: model references, storage types, parameters. For their readers
// only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/dtype.h"
#include "recipes/parameter_setting.h"
#include "recipes/recipe.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {

/// mergekit's text form PATH[@REVISION][+ADAPTER[@REVISION]], or its mapping {model: PATH, lora: ADAPTER}
/// with {path: PATH, revision: REVISION} in place of either; both give the text form. Throws InputError for
/// overridden architectures, which this version does not do.
ModelReference read_model(const YamlValue& value, std::string_view what);
/// Nothing when the key is absent or null.
std::optional<ModelReference> read_optional_model(const YamlMapping& parent, std::string_view key);

/// A floating type that recipes can name; nothing when the key is absent or null.
std::optional<DType> read_dtype(const YamlMapping& parent, std::string_view key);

/// A number, a switch, a whole number from `low` on. The first is nothing, the others `standard`, when the
/// key is absent or null.
std::optional<double> read_finite(const YamlMapping& mapping, std::string_view key);
bool read_flag(const YamlMapping& mapping, std::string_view key, bool standard);
int read_count(const YamlMapping& mapping, std::string_view key, int low, int standard);

/// A list of texts without repeats; one text alone is a list of one. Empty when the key is absent or null.
std::vector<std::string> read_texts(const YamlMapping& mapping, std::string_view key);

/// `parameters:` of a mapping; empty when absent or null.
ParameterMap read_parameters(const YamlMapping& parent, const UnknownKeys& unknown);

}  // namespace tsugi::recipes
