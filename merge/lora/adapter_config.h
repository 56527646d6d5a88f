// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// adapter_config.json as PEFT reads it.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "merge/checkpoint/config.h"
#include "merge/lora/survey.h"

namespace tsugi::merge {

/// A module and the rank it was given, at least 1.
using ModuleRank = std::pair<std::string, std::size_t>;

/// Alpha equals the rank everywhere, so the factors' product is added as it is. `ranks` is not empty; modules
/// of another rank than the largest are in rank_pattern and alpha_pattern.
nlohmann::ordered_json adapter_config(const LoraSurvey& survey, const std::vector<ModuleRank>& ranks,
                                      const ModelConfig& config, const std::string& base_name);

}  // namespace tsugi::merge
