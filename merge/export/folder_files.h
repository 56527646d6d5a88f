// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What stands beside the weights in an output folder: configuration, companions, recipe, model card.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "merge/export/file_digests.h"
#include "merge/plan.h"

namespace tsugi::merge {

/// The texts of a folder, made from its plan.
class FolderFiles {
 public:
  /// `name` is the model's: the last component of its folder. With `code` the donor's Python files go along.
  FolderFiles(const MergePlan& plan, const std::string& name, const std::string& recipe, bool code);

  std::uint64_t companion_bytes() const;

  /// Writes and syncs everything but config.json: `index` ("" for none) as the weights' index, companions,
  /// recipe, README.md. Appends what was written to `written`. Throws Error.
  void write(const std::filesystem::path& folder, const std::string& index,
             std::vector<FileDigest>& written) const;
  FileDigest config_digest() const;
  void write_config(const std::filesystem::path& folder) const;

 private:
  std::vector<Companion> companions_;
  std::string config_;
  std::string card_;
  std::string recipe_;
};

/// What a user should know before publishing the folder: paths in the recipe, licences that differ, code that
/// stays behind.
std::vector<std::string> folder_notes(const MergePlan& plan, const std::string& recipe, bool code);

/// Opens a finished folder as any loader would and compares it with its plan; reads headers only. Throws
/// Error.
void check_folder(const std::filesystem::path& folder, const MergePlan& plan);

}  // namespace tsugi::merge
