// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which files of a model folder go along with its weights into a merge that leaves the vocabulary alone.
#pragma once

#include <filesystem>
#include <vector>

namespace tsugi::merge {

/// Specification, section 4, column "plain merge": tokenizer, templates, generation and preprocessor
/// configurations, licences. Never weights of any format, training state, code, README.md or config.json.
/// Full paths, sorted.
std::vector<std::filesystem::path> find_companions(const std::filesystem::path& folder);

}  // namespace tsugi::merge
