// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which files of a model folder go along with its weights into a merge that leaves the vocabulary alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tsugi::merge {

/// A file that goes along with weights: one that lies somewhere, or a text that was made.
struct Companion {
  std::string name;                 ///< below the model folder: "tokenizer.json", "1_Pooling/config.json"
  std::filesystem::path file = {};  ///< "" for a made text
  std::string text = {};

  /// Throws InputError when the file cannot be read.
  std::string content() const;
  std::uint64_t size() const;
};

/// Specification, section 4, column "plain merge": tokenizer, templates, generation and preprocessor
/// configurations, licences. Never weights of any format, training state, code, README.md or config.json.
/// Sorted by name.
std::vector<Companion> find_companions(const std::filesystem::path& folder);

/// The Python files at the top of a folder, which `auto_map` of its configuration names or they name each
/// other. Sorted by name.
std::vector<Companion> find_code(const std::filesystem::path& folder);

}  // namespace tsugi::merge
