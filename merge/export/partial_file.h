// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sibling `.OUT.tsugi-partial` of an output that is one file, and the one step that turns it into OUT.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "merge/export/output_file.h"

namespace tsugi::merge {

/// One process at a time holds the partial file of an OUT; what a dead one left is discarded.
class PartialFile {
 public:
  /// Checks that `out` may be (over)written: absent, or with `overwrite` a file that begins with `magic`;
  /// never one of `inputs` or inside of one. Creates the parents of `out` and the partial file. Throws
  /// InputError for the place, Error when the disk refuses or another process is at work there.
  PartialFile(const std::filesystem::path& out, bool overwrite, std::string_view magic,
              const std::vector<std::filesystem::path>& inputs);
  /// Removes the partial file unless it was published.
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::filesystem::path& target() const { return target_; }
  const OutputFile& file() const { return *file_; }

  /// Sets `bytes` aside on the disk. Throws Error when it has no room for them.
  void reserve(std::uint64_t bytes);
  /// Syncs and renames. An older OUT is replaced in the same step.
  void publish();

 private:
  void lock();

  std::filesystem::path target_;
  std::filesystem::path path_;
  bool overwrite_;
  bool published_ = false;
  int descriptor_ = -1;  // of the partial file; holds the lock
  std::optional<OutputFile> file_;
};

}  // namespace tsugi::merge
