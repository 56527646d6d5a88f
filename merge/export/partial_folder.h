// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sibling `.OUT.tsugi-partial` of an output folder OUT, and the one step that turns it into OUT.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "merge/export/folder_lock.h"

namespace tsugi::merge {

/// Checks that `out` may be (over)written, as PartialFolder does, and creates nothing: for whoever has long
/// work to do before. Throws InputError.
void check_output_place(const std::filesystem::path& out, bool overwrite);

/// One process at a time holds the partial folder of an OUT. What a dead one left is still in it.
class PartialFolder {
 public:
  /// Checks that `out` may be (over)written: absent or empty, or with `overwrite` a model folder (it has a
  /// config.json); never inside, around or equal to one of `inputs`. Creates the partial folder, and the
  /// parents of `out`. Throws InputError for the place, Error when the disk refuses or another process is at
  /// work there.
  PartialFolder(const std::filesystem::path& out, bool overwrite,
                const std::vector<std::filesystem::path>& inputs);
  /// Removes the partial folder unless it was published.
  ~PartialFolder();
  PartialFolder(const PartialFolder&) = delete;
  PartialFolder& operator=(const PartialFolder&) = delete;

  /// Removes everything in the folder but entries of these names.
  void clear(const std::vector<std::string>& kept = {}) const;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& target() const { return target_; }

  /// Bytes of the disk that files in the folder have already.
  std::uintmax_t used_bytes() const;
  /// Throws Error unless the disk has room for `bytes`.
  void check_space(std::uintmax_t bytes) const;
  /// Everything in the folder must be synced already. An older OUT is exchanged for it in one step, then
  /// removed.
  void publish();

 private:
  void replace_target() const;

  std::filesystem::path target_;
  std::filesystem::path path_;
  bool overwrite_;
  bool published_ = false;
  std::optional<FolderLock> lock_;
};

}  // namespace tsugi::merge
