// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "merge/export/output_file.h"

namespace tsugi::merge {

// The holder may rename or remove the folder between our opening and locking it: then we hold a folder that
// is no longer there, and begin again.
std::optional<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  constexpr int kTries = 10;
  for (int i = 0; i < kTries; ++i) {
    if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
      write_failed(folder, "cannot be created", errno);
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT) continue;
    if (descriptor < 0) write_failed(folder, "cannot be opened", errno);
    FolderLock lock(descriptor);
    // Other errors (ENOLCK, ENOTSUP): a file system without locks.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return std::nullopt;
    struct stat held {};
    struct stat named {};
    const bool same = ::fstat(descriptor, &held) == 0 && ::stat(folder.c_str(), &named) == 0 &&
                      held.st_ino == named.st_ino && held.st_dev == named.st_dev;
    if (same) return lock;
  }
  return std::nullopt;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

}  // namespace tsugi::merge
