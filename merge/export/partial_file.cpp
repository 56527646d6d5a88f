// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/partial_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "merge/checkpoint/mapped_file.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// Without links and dots; what does not exist yet stays as written.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  fs::path full = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) throw InputError(path.string(), "is no usable path: " + error.message(), "give another file");
  return full;
}

bool is_within(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

// Only a file of the kind that is written here is ever replaced.
void check_target(const fs::path& target, bool overwrite, std::string_view magic) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(target, ignored))) return;
  if (!fs::is_regular_file(target, ignored)) {
    throw InputError(target.string(), "exists and is no file", "choose another output file");
  }
  if (!overwrite)
    throw InputError(target.string(), "exists", "choose another output file, or pass --overwrite");
  const MappedFile older(target);
  const std::span<const std::byte> bytes = older.bytes();
  if (bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0) return;
  throw InputError(target.string(), fmt::format("is to be overwritten but does not begin with '{}'", magic),
                   "choose another output file, or remove this one yourself");
}

}  // namespace

PartialFile::PartialFile(const fs::path& out, bool overwrite, std::string_view magic,
                         const std::vector<fs::path>& inputs)
    : target_(resolved(out)), overwrite_(overwrite) {
  for (const fs::path& input : inputs) {
    if (!is_within(target_, resolved(input))) continue;
    throw InputError(target_.string(), "is or lies inside the input " + input.string(),
                     "choose an output file outside of all inputs");
  }
  check_target(target_, overwrite, magic);
  std::error_code error;
  fs::create_directories(target_.parent_path(), error);
  if (error)
    throw InputError(target_.parent_path().string(), "cannot be created: " + error.message(),
                     "give another place");
  path_ = target_.parent_path() / fmt::format(".{}.tsugi-partial", target_.filename().string());
  lock();
  if (::ftruncate(descriptor_, 0) != 0) write_failed(path_, "an older attempt cannot be discarded", errno);
  file_.emplace(OutputFile::reopen(path_));
}

// The holder of the lock may publish or remove the file between our opening and locking it: then we hold a
// file that is no longer there, and begin again.
void PartialFile::lock() {
  constexpr int kTries = 10;
  constexpr mode_t kEverybodys = 0666;  // the user's umask decides
  for (int i = 0; i < kTries; ++i) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kEverybodys);
    if (descriptor_ < 0) write_failed(path_, "cannot be created", errno);
    const bool locked = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
    if (!locked && errno == EWOULDBLOCK) break;
    // A file system without locks (ENOLCK, ENOTSUP) is no reason to refuse work.
    struct stat held {};
    struct stat named {};
    const bool same = ::fstat(descriptor_, &held) == 0 && ::stat(path_.c_str(), &named) == 0 &&
                      held.st_ino == named.st_ino && held.st_dev == named.st_dev;
    if (same) return;
    ::close(std::exchange(descriptor_, -1));
  }
  if (descriptor_ >= 0) ::close(descriptor_);
  throw Error(fmt::format("{}: another process is writing there; wait for it or choose another output file",
                          target_.string()));
}

PartialFile::~PartialFile() {
  if (!published_) ::unlink(path_.c_str());
  ::close(descriptor_);
}

void PartialFile::reserve(std::uint64_t bytes) {
  const int error = set_aside(descriptor_, bytes);
  if (error == 0) return;
  throw Error(fmt::format("{}: no room for {} bytes: {}; free space or choose another disk", target_.string(),
                          bytes, std::strerror(error)));
}

void PartialFile::publish() {
  file_->sync();
  if (!overwrite_) {
    // What appeared there meanwhile stays.
    int error =
        ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (error == EINVAL || error == ENOSYS || error == EOPNOTSUPP)
      error = std::rename(path_.c_str(), target_.c_str()) == 0 ? 0 : errno;
    if (error != 0) write_failed(target_, "cannot be put in place", error);
  } else if (std::rename(path_.c_str(), target_.c_str()) != 0) {
    write_failed(target_, "cannot be put in place", errno);
  }
  published_ = true;
  sync_folder(target_.parent_path());
}

}  // namespace tsugi::merge
