// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/file_digests.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string_view>

#include "merge/checkpoint/mapped_file.h"
#include "merge/plan/fingerprint.h"
#include "merge/sha256.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// Below this a file is hashed faster (30 ms) than anyone notices, and tests leave no traces.
constexpr std::uint64_t kWorthKeeping = std::uint64_t{64} << 20;

// Several thousand lines; a longer file is begun anew.
constexpr std::uintmax_t kLongestCache = std::uintmax_t{1} << 20;

// A file changed as recently as this may change again without its times telling.
constexpr std::time_t kSettled = 2;

// What tells this content of a file from every other: "" when the file is too young to be sure.
std::string key_of(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return "";
  if (std::time(nullptr) - std::max(status.st_ctim.tv_sec, status.st_mtim.tv_sec) <= kSettled) return "";
  return fmt::format("{}:{}:{}:{}.{:09}:{}.{:09}", status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                     status.st_ctim.tv_nsec);
}

// "CHECKSUM KEY SHA256": a line that was torn, or written by two at once, is passed over.
std::string line_of(const std::string& key, const std::string& sha256) {
  const std::string record = fmt::format("{} {}", key, sha256);
  return fmt::format("{:016x} {}\n", Fingerprint().add(std::string_view(record)).value(), record);
}

std::string hash(const MappedFile& file) {
  return Sha256().add(file.bytes()).hex();
}

}  // namespace

fs::path FileDigests::standard_file() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "tsugi" / "sha256";
  const char* const home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? fs::path(home) / ".cache" / "tsugi" / "sha256" : fs::path();
}

FileDigests::FileDigests(fs::path file) : file_(std::move(file)) {
  std::ifstream in(file_, std::ios::binary);
  std::string checksum;
  std::string key;
  std::string sha256;
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string::npos || first == last) continue;
    key = line.substr(first + 1, last - first - 1);
    sha256 = line.substr(last + 1);
    if (line_of(key, sha256) == line + '\n') kept_[key] = sha256;
  }
}

FileDigest FileDigests::of(const fs::path& file, const std::string& name) {
  const MappedFile mapped(file);
  FileDigest digest{name, mapped.bytes().size(), ""};
  const bool keeps = digest.size >= kWorthKeeping && !file_.empty();
  const std::string key = keeps ? key_of(file) : "";
  if (!key.empty()) {
    const std::lock_guard lock(mutex_);
    if (const auto found = kept_.find(key); found != kept_.end()) digest.sha256 = found->second;
  }
  if (!digest.sha256.empty()) return digest;
  digest.sha256 = hash(mapped);
  if (!key.empty() && key_of(file) == key) keep(key, digest.sha256);
  return digest;
}

void FileDigests::keep(const std::string& key, const std::string& sha256) {
  const std::lock_guard lock(mutex_);
  kept_[key] = sha256;
  std::error_code ignored;
  fs::create_directories(file_.parent_path(), ignored);
  const bool full = fs::file_size(file_, ignored) > kLongestCache && !ignored;
  constexpr mode_t kOwn = 0600;
  const int descriptor =
      ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (full ? O_TRUNC : 0), kOwn);
  if (descriptor < 0) return;
  const std::string line = line_of(key, sha256);
  static_cast<void>(::write(descriptor, line.data(), line.size()) <
                    0);  // one write: never mixed with another's
  ::close(descriptor);
}

}  // namespace tsugi::merge
