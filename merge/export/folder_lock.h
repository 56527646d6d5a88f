// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A folder that one process at a time works in. The system lets go of it when the process ends, however it
// ends.
#pragma once

#include <filesystem>
#include <optional>

namespace tsugi::merge {

class FolderLock {
 public:
  /// Creates the folder when it is absent and holds it until destroyed or the process ends; renaming it is
  /// allowed meanwhile. Nothing when another holder has it. A file system without locks is no reason to
  /// refuse. Throws DiskFull or Error when the folder cannot be created or opened.
  static std::optional<FolderLock> take(const std::filesystem::path& folder);

  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace tsugi::merge
