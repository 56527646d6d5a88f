// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "recipes/error.h"

namespace tsugi::merge {
void write_failed(const std::filesystem::path& path, std::string_view what, int error) {
  const auto text = [&](std::string_view cure) {
    return fmt::format("{}: {}: {}; {}", path.string(), what, std::strerror(error), cure);
  };
  if (error == ENOSPC || error == EDQUOT) throw DiskFull(text("free space or choose another disk"));
  if (error == EFBIG) throw DiskFull(text("raise the limit on the size of files (ulimit -f)"));
  if (error == EMFILE || error == ENFILE)
    throw Error(text("choose a larger shard size, or raise the limit of open files"));
  throw Error(text("check the disk and the folder's rights"));
}

int set_aside(int descriptor, std::uint64_t size) {
  const auto length = static_cast<off_t>(size);
  struct statfs system {};
  if (::fstatfs(descriptor, &system) == 0 && system.f_type == TMPFS_MAGIC) {
    // In memory, what is set aside is cleared first, by one thread: we look whether there is room instead. No
    // blocks at all mean no limit.
    const std::uint64_t room = system.f_bavail * static_cast<std::uint64_t>(system.f_bsize);
    if (system.f_blocks > 0 && room < size) return ENOSPC;
  } else {
    // Not posix_fallocate: where the file system cannot set space aside, that writes the whole file once for
    // nothing.
    if (::fallocate(descriptor, 0, 0, length) == 0) return 0;
    if (errno != EOPNOTSUPP && errno != ENOSYS) return errno;
  }
  return ::ftruncate(descriptor, length) == 0 ? 0 : errno;
}

OutputFile::OutputFile(std::filesystem::path path, std::uint64_t size) : path_(std::move(path)) {
  constexpr mode_t kEverybodys = 0666;  // the user's umask decides
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kEverybodys);
  if (descriptor_ < 0) write_failed(path_, "cannot be created", errno);
  if (size == 0) return;
  if (const int error = set_aside(descriptor_, size); error != 0) {
    ::close(std::exchange(descriptor_, -1));
    write_failed(path_, fmt::format("no room for {} bytes", size), error);
  }
  pages_ = MemoryPages::of(descriptor_, size);
}

OutputFile OutputFile::reopen(std::filesystem::path path) {
  OutputFile file;
  file.path_ = std::move(path);
  file.descriptor_ = ::open(file.path_.c_str(), O_RDWR | O_CLOEXEC);
  if (file.descriptor_ < 0) write_failed(file.path_, "cannot be opened", errno);
  return file;
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      pages_(std::move(other.pages_)) {}

void OutputFile::write(std::span<const std::byte> bytes, std::uint64_t offset) const {
  if (pages_ == nullptr) return write_by_system(bytes, offset);
  const std::unique_lock lock(pages_->taken(), std::try_to_lock);
  if (lock || !pages_->write(bytes, offset)) write_by_system(bytes, offset);
}

void OutputFile::write_by_system(std::span<const std::byte> bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) write_failed(path_, "cannot be written", written == 0 ? ENOSPC : errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void OutputFile::write(std::string_view text, std::uint64_t offset) const {
  write(std::as_bytes(std::span(text.data(), text.size())), offset);
}

void OutputFile::read(std::span<std::byte> bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) write_failed(path_, "cannot be read back", got == 0 ? EIO : errno);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

void OutputFile::start_writeback(std::uint64_t offset, std::uint64_t size) const {
  if (size == 0) return;  // zero would mean: to the end of the file
  static_cast<void>(::sync_file_range(descriptor_, static_cast<off64_t>(offset), static_cast<off64_t>(size),
                                      SYNC_FILE_RANGE_WRITE));
}

void OutputFile::sync() const {
  if (::fsync(descriptor_) != 0) write_failed(path_, "cannot be synced", errno);
}

void write_synced(const std::filesystem::path& path, std::string_view text) {
  const OutputFile file(path, text.size());
  file.write(text, 0);
  file.sync();
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) write_failed(folder, "cannot be opened", errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  // Some file systems cannot sync folders and need not.
  if (result != 0 && error != EINVAL && error != EROFS) write_failed(folder, "cannot be synced", error);
}

}  // namespace tsugi::merge
