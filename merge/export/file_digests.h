// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 of files that a merge reads. Large ones are hashed once: the digest is kept under the user's cache
// folder with what the file system says of the file (device, inode, size, times of change), and holds as long
// as all of that stays the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace tsugi::merge {

struct FileDigest {
  std::string name;  ///< below the folder of the model
  std::uint64_t size = 0;
  std::string sha256;
};

/// Thread-safe. Never fails for the cache's sake: without one, files are hashed again.
class FileDigests {
 public:
  /// Keeps digests in `file`; "" for none.
  explicit FileDigests(std::filesystem::path file = standard_file());

  /// $XDG_CACHE_HOME/tsugi/sha256, else ~/.cache/tsugi/sha256, else "".
  static std::filesystem::path standard_file();

  /// Throws InputError when the file cannot be read.
  FileDigest of(const std::filesystem::path& file, const std::string& name);

 private:
  void keep(const std::string& key, const std::string& sha256);

  std::filesystem::path file_;
  std::mutex mutex_;
  std::map<std::string, std::string> kept_;
};

}  // namespace tsugi::merge
