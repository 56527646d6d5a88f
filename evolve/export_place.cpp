// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/export_place.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "evolve/planner.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "tsugi-export-";

bool is_memory(const fs::path& folder) {
  struct statfs state {};
  return ::statfs(folder.c_str(), &state) == 0 &&
         (state.f_type == TMPFS_MAGIC || state.f_type == RAMFS_MAGIC) &&
         ::access(folder.c_str(), W_OK | X_OK) == 0;
}

bool is_own(const fs::path& folder) {
  struct stat state {};
  return ::lstat(folder.c_str(), &state) == 0 && S_ISDIR(state.st_mode) && state.st_uid == ::geteuid();
}

// Whose lock can be had, its process is gone.
void remove_dead(const fs::path& base) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(base, error)) {
    if (entry.path().filename().string().rfind(kPrefix, 0) != 0 || !is_own(entry.path())) continue;
    try {
      const auto lock = merge::FolderLock::take(entry.path());
      if (lock) fs::remove_all(entry.path(), error);
    } catch (const Error&) {  // cannot be opened: not ours to remove
    }
  }
}

std::vector<fs::path> memory_folders() {
  std::vector<fs::path> folders;
  if (const char* own = std::getenv("XDG_RUNTIME_DIR"); own != nullptr && *own != 0)
    folders.emplace_back(own);
  folders.emplace_back("/dev/shm");
  return folders;
}

std::string gigabytes(std::uint64_t bytes) {
  return fmt::format("{:.2g} GB", static_cast<double>(bytes) / 1e9);
}

ExportPlace in_run(const fs::path& run, const std::string& why) {
  return {.base = run,
          .in_memory = false,
          .text = fmt::format("models for programs of yours are written to the run's folder{}", why)};
}

}  // namespace

ScratchFolder::ScratchFolder(const fs::path& base) {
  static std::atomic<unsigned> next{0};
  while (!lock_) {
    path_ = base / fmt::format("{}{}-{}", kPrefix, ::getpid(), next++);
    lock_ = merge::FolderLock::take(path_);
  }
  std::error_code error;
  fs::permissions(path_, fs::perms::owner_all, error);  // a shared place is no reason to share a model
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, error))
    fs::remove_all(entry.path(), error);  // of an earlier process with this number
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

ExportPlace choose_export_place(const recipes::SearchSpec& spec, const fs::path& run, std::uint64_t bytes) {
  remove_dead(run);
  if (spec.export_to == "run") return in_run(run, "");
  if (spec.export_to != "memory") {
    const auto folder = recipes::find_beside(spec.export_to, spec.file);
    std::error_code ignored;
    if (!folder || !fs::is_directory(*folder, ignored) || ::access(folder->c_str(), W_OK | X_OK) != 0) {
      throw InputError(spec.export_mark,
                       fmt::format("export_to: '{}' is no folder that can be written", spec.export_to),
                       "give memory, run or a folder");
    }
    remove_dead(*folder);
    return {.base = fs::absolute(*folder),
            .in_memory = is_memory(*folder),
            .text = fmt::format("models for programs of yours are written to {}", folder->string())};
  }
  for (const fs::path& folder : memory_folders()) {
    if (!is_memory(folder)) continue;
    remove_dead(folder);
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    if (error || space.available < bytes || available_memory() < bytes) continue;
    return {.base = folder,
            .in_memory = true,
            .text = fmt::format("models for programs of yours are written to {}, in memory: {} at most",
                                folder.string(), gigabytes(bytes))};
  }
  return in_run(run, fmt::format(", as no memory-backed one has room for {}", gigabytes(bytes)));
}

}  // namespace tsugi::evolve
