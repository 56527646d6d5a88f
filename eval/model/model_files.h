// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The small files beside a model's weights (config.json, tokenizer.json, generation_config.json, …), which
// lie in a folder, or were made: from the metadata of a GGUF file, or by a merge with `tokenizer:`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "merge/checkpoint/companions.h"

namespace tsugi::merge {
class Checkpoint;
class ModelConfig;
struct MergePlan;
}  // namespace tsugi::merge

namespace tsugi::eval {

class ModelFiles {
 public:
  /// Those of a model folder. Conversions are meant: a folder can stand for its files.
  ModelFiles(const std::filesystem::path& folder);  // NOLINT(google-explicit-constructor)
  explicit ModelFiles(const merge::Checkpoint& checkpoint);
  /// Those that a merge writes.
  explicit ModelFiles(const merge::MergePlan& plan);

  /// Nothing when there is no such file. Throws InputError when it cannot be read.
  std::optional<std::string> find(const std::string& name) const;
  /// How errors call a file.
  std::string path(const std::string& name) const;

 private:
  ModelFiles(std::filesystem::path folder, const merge::ModelConfig& config,
             std::vector<merge::Companion> companions);

  std::filesystem::path folder_;
  std::optional<std::vector<merge::Companion>> files_;  ///< nothing: all that lie in the folder
};

}  // namespace tsugi::eval
