// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A run's folder while it is made: a hidden sibling that takes the folder's name when everything is in it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "merge/export/folder_lock.h"

namespace tsugi::evolve {

/// ".NAME.tsugi-partial" beside the path.
std::filesystem::path partial_of(const std::filesystem::path& path);

/// Writes a file in one step, synced with its folder. Throws DiskFull or Error and then leaves nothing new.
void write_whole(const std::filesystem::path& file, std::string_view text);

class RunFolder {
 public:
  static constexpr const char* kJournal = "journal";

  /// Touches nothing yet.
  explicit RunFolder(const std::filesystem::path& out);

  /// A whole run has the folder's name.
  bool is_finished() const;
  /// A run in the working folder can be gone on with: it has a journal.
  bool is_unfinished() const;
  /// A run of this name can be begun: absent or an empty folder, or `overwrite` and a run. Throws InputError.
  void check_place(bool overwrite) const;

  /// Makes the working folder, or takes the one that is there; from now on no other process works in it.
  /// False when one does. Throws DiskFull or Error.
  bool hold();
  /// Removes what is in the working folder. Throws Error.
  void clear() const;

  const std::filesystem::path& out() const { return out_; }
  /// Where files go until the end.
  const std::filesystem::path& work() const { return work_; }
  /// Of the unfinished run, else of the finished one.
  std::filesystem::path journal() const;

  /// Gives the folder its name. An old run of that name is removed after the new one has taken its place.
  void commit();

 private:
  std::filesystem::path out_;
  std::filesystem::path work_;
  std::optional<merge::FolderLock> lock_;
};

}  // namespace tsugi::evolve
