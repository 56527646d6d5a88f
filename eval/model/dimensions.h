// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The named sizes of an architecture file: read from a config.json, and put into the expressions of shapes.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "merge/checkpoint/config.h"
#include "recipes/architecture.h"

namespace tsugi::eval {

using Dimensions = std::map<std::string, std::size_t>;

/// Number of a key: nothing when absent; InputError unless a whole number from 1 to 2^31.
std::optional<std::size_t> whole_number(const merge::ModelConfig& config, const std::string& key);

/// "hidden", "hidden/heads", "heads*head+2*kv*head": sums of products and quotients of dimensions and
/// numbers. Nothing when a name is no dimension or a quotient leaves a remainder.
std::optional<std::size_t> evaluate(const std::string& expression, const Dimensions& dimensions);

/// All dimensions of the file. Throws InputError naming the one that has no number.
Dimensions resolve_dimensions(const recipes::Architecture& architecture, const merge::ModelConfig& config);

}  // namespace tsugi::eval
