// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where candidates are written for programs of the user's: memory-backed storage if there is room, and
// removed again, also after a process that died.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "merge/export/folder_lock.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// A folder of its own, removed with the value.
class ScratchFolder {
 public:
  /// Throws DiskFull or Error.
  explicit ScratchFolder(const std::filesystem::path& base);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::optional<merge::FolderLock> lock_;  ///< while it lives, nobody takes the folder for a dead run's
};

struct ExportPlace {
  std::filesystem::path base;  ///< ScratchFolders are made here
  bool in_memory = false;
  std::string text;  ///< one sentence for people
};

/// By the search's `export_to`: memory-backed storage ($XDG_RUNTIME_DIR, then /dev/shm: a tmpfs with room for
/// `bytes` beside what the machine has free), else the run's working folder `run`; or the folder it names.
/// Removes what dead runs left in the places that it looks at. Throws InputError for a folder that is not
/// there or cannot be written.
ExportPlace choose_export_place(const recipes::SearchSpec& spec, const std::filesystem::path& run,
                                std::uint64_t bytes);

}  // namespace tsugi::evolve
