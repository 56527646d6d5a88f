// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;

// The path with an absolute, slash-free end, so that "runs/x/" and "runs/x" have the same name.
fs::path tidy(const fs::path& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

void sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced)
    throw Error(fmt::format("{}: cannot be written to the disk: {}", path.string(), std::strerror(reason)));
}

void rename_or_throw(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw Error(fmt::format("{}: cannot become {}: {}", from.string(), to.string(), error.message()));
}

}  // namespace

fs::path partial_of(const fs::path& path) {
  const fs::path tidied = tidy(path);
  return tidied.parent_path() / fmt::format(".{}.tsugi-partial", tidied.filename().string());
}

void put_in_place(const fs::path& partial, const fs::path& file) {
  sync(partial);
  rename_or_throw(partial, file);
  sync(tidy(file).parent_path());
}

void write_whole(const fs::path& file, std::string_view text) {
  const fs::path partial = partial_of(file);
  std::ofstream out(partial, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) throw Error(fmt::format("{}: cannot be written", partial.string()));
  put_in_place(partial, file);
}

RunFolder::RunFolder(fs::path out, bool overwrite) : out_(tidy(out)), work_(partial_of(out)) {
  std::error_code ignored;
  if (!fs::exists(out_, ignored)) return;
  if (!fs::is_directory(out_, ignored))
    throw InputError(out.string(), "is no folder", "give another output folder");
  if (fs::is_empty(out_, ignored)) return;
  if (!overwrite)
    throw InputError(out.string(), "is not empty", "give another output folder, or remove this one");
  // Whatever else a folder holds, it was not made here and is not removed.
  if (!fs::exists(out_ / "archive.h5", ignored)) {
    throw InputError(out.string(), "is not empty and holds no run", "give another output folder");
  }
}

void RunFolder::open() {
  std::error_code error;
  fs::remove_all(work_, error);
  if (!error) fs::create_directories(work_, error);
  if (error) throw Error(fmt::format("{}: cannot be made: {}", work_.string(), error.message()));
}

void RunFolder::commit() {
  sync(work_);
  std::error_code error;
  const fs::path old = out_.parent_path() / fmt::format(".{}.tsugi-old", out_.filename().string());
  fs::remove_all(old, error);
  if (fs::exists(out_)) rename_or_throw(out_, old);
  rename_or_throw(work_, out_);
  sync(out_.parent_path());
  fs::remove_all(old, error);
}

}  // namespace tsugi::evolve
