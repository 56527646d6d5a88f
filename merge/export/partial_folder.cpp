// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/partial_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "merge/export/output_file.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// Without links and dots; what does not exist yet stays as written.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path full = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) throw InputError(path.string(), "is no usable path: " + error.message(), "give another folder");
  return full.has_filename() ? full : full.parent_path();  // "out/"
}

// ".OUT.ENDING" beside OUT: hidden, and on the same file system.
fs::path sibling(const fs::path& target, std::string_view ending) {
  return target.parent_path() / fmt::format(".{}.{}", target.filename().string(), ending);
}

bool is_within(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

void check_inputs(const fs::path& target, const std::vector<fs::path>& inputs) {
  constexpr std::string_view kCure = "choose an output folder outside of all inputs";
  for (const fs::path& input : inputs) {
    const fs::path folder = resolved(input);
    if (target == folder) throw InputError(target.string(), "is an input of the merge", kCure);
    if (is_within(target, folder))
      throw InputError(target.string(), "lies inside the input " + folder.string(), kCure);
    if (is_within(folder, target))
      throw InputError(target.string(), "contains the input " + folder.string(), kCure);
  }
}

bool is_empty_or_absent(const fs::path& target) {
  std::error_code error;
  if (!fs::exists(target, error)) return true;
  if (!fs::is_directory(target, error)) {
    throw InputError(target.string(), "exists and is no folder", "choose another output folder");
  }
  const bool empty = fs::is_empty(target, error);
  if (error)
    throw InputError(target.string(), "cannot be listed: " + error.message(), "check the folder's rights");
  return empty;
}

// Overwriting removes the whole folder, so it must be one of the kind that is written here.
void check_target(const fs::path& target, bool overwrite) {
  if (target.filename().empty())
    throw InputError(target.string(), "is no place for a model", "give another folder");
  if (is_empty_or_absent(target)) return;
  if (!overwrite) {
    throw InputError(target.string(), "exists and is not empty",
                     "choose another output folder, or pass --overwrite");
  }
  std::error_code ignored;
  if (!fs::exists(target / "config.json", ignored)) {
    throw InputError(target.string(), "is to be overwritten but is no model folder: it has no config.json",
                     "choose another output folder, or remove this one yourself");
  }
}

}  // namespace

void check_output_place(const fs::path& out, bool overwrite) {
  check_target(resolved(out), overwrite);
}

PartialFolder::PartialFolder(const fs::path& out, bool overwrite, const std::vector<fs::path>& inputs)
    : target_(resolved(out)), overwrite_(overwrite) {
  check_inputs(target_, inputs);
  check_target(target_, overwrite);
  path_ = sibling(target_, "tsugi-partial");
  std::error_code error;
  fs::create_directories(target_.parent_path(), error);
  if (error)
    throw InputError(target_.parent_path().string(), "cannot be created: " + error.message(),
                     "give another folder");
  lock_ = FolderLock::take(path_);
  if (lock_) return;
  throw Error(fmt::format("{}: another process is writing there; wait for it or choose another output folder",
                          target_.string()));
}

void PartialFolder::clear(const std::vector<std::string>& kept) const {
  std::error_code error;
  for (fs::directory_iterator entry(path_, error), end; !error && entry != end; entry.increment(error)) {
    if (std::find(kept.begin(), kept.end(), entry->path().filename().string()) != kept.end()) continue;
    fs::remove_all(entry->path(), error);
    if (error) break;
  }
  if (error) write_failed(path_, "an older attempt cannot be removed", error.value());
}

PartialFolder::~PartialFolder() {
  std::error_code ignored;
  if (!published_) fs::remove_all(path_, ignored);
}

std::uintmax_t PartialFolder::used_bytes() const {
  constexpr std::uintmax_t kBlock = 512;  // the unit of st_blocks
  std::uintmax_t sum = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, ignored)) {
    struct stat status {};
    if (::lstat(entry.path().c_str(), &status) == 0)
      sum += static_cast<std::uintmax_t>(status.st_blocks) * kBlock;
  }
  return sum;
}

void PartialFolder::check_space(std::uintmax_t bytes) const {
  std::error_code error;
  const fs::space_info space = fs::space(path_, error);
  if (error || space.available >= bytes)
    return;  // a file system that does not tell is found out when it is full
  throw DiskFull(fmt::format("{}: needs {} bytes, the disk has {} free; free space or choose another disk",
                             target_.string(), bytes, space.available));
}

void PartialFolder::publish() {
  sync_folder(path_);
  if (!overwrite_ || is_empty_or_absent(target_)) {
    if (std::rename(path_.c_str(), target_.c_str()) != 0)
      write_failed(target_, "cannot be put in place", errno);
    published_ = true;
  } else {
    replace_target();
    published_ = true;
    std::error_code ignored;
    fs::remove_all(path_, ignored);  // now the older folder
  }
  sync_folder(target_.parent_path());
}

void PartialFolder::replace_target() const {
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
    write_failed(target_, "cannot be replaced", errno);
  // A file system that cannot exchange: OUT is absent for a moment, but never half of one and half of the
  // other.
  const fs::path aside = sibling(target_, "tsugi-replaced");
  std::error_code ignored;
  fs::remove_all(aside, ignored);
  if (std::rename(target_.c_str(), aside.c_str()) != 0) write_failed(target_, "cannot be moved aside", errno);
  if (std::rename(path_.c_str(), target_.c_str()) != 0) {
    const int error = errno;
    if (std::rename(aside.c_str(), target_.c_str()) != 0)
      write_failed(aside, "holds the older folder: it cannot be put back", errno);
    write_failed(target_, "cannot be put in place", error);
  }
  fs::remove_all(aside, ignored);
}

}  // namespace tsugi::merge
