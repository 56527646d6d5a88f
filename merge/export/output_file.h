// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Files of an output folder: created at their final size, written at any place from any thread, synced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "merge/export/memory_pages.h"
#include "recipes/error.h"

namespace tsugi::merge {

/// There is no room to write: a full disk, a quota, a limit on the size of files.
class DiskFull : public Error {
 public:
  using Error::Error;
};

/// A file descriptor with its path. All functions throw Error naming path and reason.
class OutputFile {
 public:
  /// Creates the file, which must not exist, with `size` bytes set aside on the disk where the file system
  /// can.
  OutputFile(std::filesystem::path path, std::uint64_t size);
  /// A file that an earlier process created.
  static OutputFile reopen(std::filesystem::path path);
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;

  /// Thread-safe for disjoint places.
  void write(std::span<const std::byte> bytes, std::uint64_t offset) const;
  void write(std::string_view text, std::uint64_t offset) const;
  /// Fills `bytes` from a place; thread-safe beside writes to other places.
  void read(std::span<std::byte> bytes, std::uint64_t offset) const;
  /// Asks the system to begin writing out a range that is complete, so that sync() has less to wait for.
  /// Never fails.
  void start_writeback(std::uint64_t offset, std::uint64_t size) const;
  void sync() const;

 private:
  OutputFile() = default;
  void write_by_system(std::span<const std::byte> bytes, std::uint64_t offset) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::unique_ptr<MemoryPages> pages_;  // null for most
};

/// Makes an empty file `size` bytes long, more than 0, with space for them set aside on the disk where the
/// file system can. Returns 0 or an errno: ENOSPC, EFBIG and the like. Thread-safe for different files.
int set_aside(int descriptor, std::uint64_t size);

/// Throws DiskFull when `error`, an errno, says that there is no room, else Error. The message is "PATH:
/// WHAT: REASON; CURE".
[[noreturn]] void write_failed(const std::filesystem::path& path, std::string_view what, int error);

/// A whole file, synced.
void write_synced(const std::filesystem::path& path, std::string_view text);

/// Makes names in a folder durable.
void sync_folder(const std::filesystem::path& folder);

}  // namespace tsugi::merge
