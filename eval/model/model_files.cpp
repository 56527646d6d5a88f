// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/model_files.h"

#include <utility>

#include "merge/checkpoint/checkpoint.h"
#include "merge/plan.h"

namespace tsugi::eval {

ModelFiles::ModelFiles(const std::filesystem::path& folder) : folder_(folder) {}

ModelFiles::ModelFiles(std::filesystem::path folder, const merge::ModelConfig& config,
                       std::vector<merge::Companion> companions)
    : folder_(std::move(folder)), files_(std::move(companions)) {
  files_->push_back({.name = "config.json", .file = {}, .text = config.document().dump()});
}

ModelFiles::ModelFiles(const merge::Checkpoint& checkpoint)
    : ModelFiles(checkpoint.folder(), checkpoint.config(), checkpoint.companions()) {}

ModelFiles::ModelFiles(const merge::MergePlan& plan)
    : ModelFiles(plan.donor->folder(), plan.config, plan.companions) {}

std::optional<std::string> ModelFiles::find(const std::string& name) const {
  if (files_) {
    for (const merge::Companion& file : *files_) {
      if (file.name == name) return file.content();
    }
    return std::nullopt;
  }
  std::error_code error;
  const std::filesystem::path file = folder_ / name;
  if (!std::filesystem::exists(file, error)) return std::nullopt;
  return merge::Companion{.name = name, .file = file}.content();
}

std::string ModelFiles::path(const std::string& name) const {
  return (folder_ / name).string();
}

}  // namespace tsugi::eval
