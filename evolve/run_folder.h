// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A run's folder while it is made: a hidden sibling that takes the folder's name when everything is in it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tsugi::evolve {

/// ".NAME.tsugi-partial" beside the path.
std::filesystem::path partial_of(const std::filesystem::path& path);

/// Syncs `partial` and its folder and renames it to `file`, over an existing one. Throws Error.
void put_in_place(const std::filesystem::path& partial, const std::filesystem::path& file);

/// Writes a file in one step. Throws Error.
void write_whole(const std::filesystem::path& file, std::string_view text);

class RunFolder {
 public:
  /// Checks that `out` can be made: absent or an empty folder, or `overwrite` and a run. Touches nothing yet.
  /// Throws InputError.
  RunFolder(std::filesystem::path out, bool overwrite);

  /// Makes the working folder; one that an interrupted run left is emptied first. Throws Error.
  void open();

  /// Where files go until the end.
  const std::filesystem::path& work() const { return work_; }

  /// Gives the folder its name. An old run of that name is removed after the new one has taken its place.
  void commit();

 private:
  std::filesystem::path out_;
  std::filesystem::path work_;
};

}  // namespace tsugi::evolve
