// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/run_folder.h"

#include <fmt/format.h>

#include <system_error>

#include "merge/export/output_file.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;

// The path with an absolute, slash-free end, so that "runs/x/" and "runs/x" have the same name.
fs::path tidy(const fs::path& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

void rename_or_throw(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) merge::write_failed(from, "cannot become " + to.string(), error.value());
}

}  // namespace

fs::path partial_of(const fs::path& path) {
  const fs::path tidied = tidy(path);
  return tidied.parent_path() / fmt::format(".{}.tsugi-partial", tidied.filename().string());
}

void write_whole(const fs::path& file, std::string_view text) {
  const fs::path partial = partial_of(file);
  std::error_code ignored;
  fs::remove(partial, ignored);
  try {
    merge::write_synced(partial, text);
    rename_or_throw(partial, file);
  } catch (const Error&) {
    fs::remove(partial, ignored);  // it would take up room for nothing
    throw;
  }
  merge::sync_folder(tidy(file).parent_path());
}

RunFolder::RunFolder(const fs::path& out) : out_(tidy(out)), work_(partial_of(out)) {}

bool RunFolder::is_finished() const {
  std::error_code ignored;
  return fs::exists(out_ / "result.json", ignored);
}

bool RunFolder::is_unfinished() const {
  std::error_code ignored;
  return fs::exists(work_ / kJournal, ignored);
}

fs::path RunFolder::journal() const {
  return (is_unfinished() ? work_ : out_) / kJournal;
}

void RunFolder::check_place(bool overwrite) const {
  std::error_code ignored;
  if (!fs::exists(out_, ignored)) return;
  if (!fs::is_directory(out_, ignored))
    throw InputError(out_.string(), "is no folder", "give another output folder");
  if (fs::is_empty(out_, ignored)) return;
  if (!overwrite) {
    throw InputError(out_.string(), "is not empty",
                     "give another output folder, or pass --overwrite to replace a run");
  }
  // Whatever else a folder holds, it was not made here and is not removed.
  if (!fs::exists(out_ / "archive.h5", ignored)) {
    throw InputError(out_.string(), "is not empty and holds no run", "give another output folder");
  }
}

bool RunFolder::hold() {
  if (lock_) return true;
  std::error_code error;
  fs::create_directories(work_.parent_path(), error);
  if (error) merge::write_failed(work_.parent_path(), "cannot be created", error.value());
  lock_ = merge::FolderLock::take(work_);
  return lock_.has_value();
}

void RunFolder::clear() const {
  std::error_code error;
  // The journal goes first: without it the folder holds no run that is gone on with.
  fs::remove(work_ / kJournal, error);
  for (fs::directory_iterator entry(work_, error), end; !error && entry != end; entry.increment(error)) {
    fs::remove_all(entry->path(), error);
    if (error) break;
  }
  if (error) merge::write_failed(work_, "an older run cannot be removed", error.value());
}

void RunFolder::commit() {
  merge::sync_folder(work_);
  std::error_code error;
  const fs::path old = out_.parent_path() / fmt::format(".{}.tsugi-old", out_.filename().string());
  fs::remove_all(old, error);
  if (fs::exists(out_)) rename_or_throw(out_, old);
  rename_or_throw(work_, out_);
  merge::sync_folder(out_.parent_path());
  lock_.reset();  // of a folder that is no longer the working one
  fs::remove_all(old, error);
}

}  // namespace tsugi::evolve
