// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "merge/unmap.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

// Closes on every way out; the mapping outlives its descriptor.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

[[noreturn]] void refuse(const std::filesystem::path& path, const char* what, int error) {
  const char* cure = error == ENOENT ? "check the path" : "check the file's rights and its disk";
  throw InputError(path.string(), fmt::format("{}: {}", what, std::strerror(error)), cure);
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path) {
  // Not blocking: a named pipe would otherwise wait for a writer before we can see what it is.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) refuse(path, "cannot be opened", errno);
  struct stat status {};
  if (::fstat(file.number, &status) != 0) refuse(path, "cannot be examined", errno);
  if (!S_ISREG(status.st_mode)) {
    throw InputError(path.string(), "is not a regular file", "give the path of a file");
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;  // nothing to map: mmap refuses an empty range
  void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.number, 0);
  if (memory == MAP_FAILED) refuse(path, "cannot be mapped", errno);
  data_ = static_cast<const std::byte*>(memory);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) unmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace tsugi::merge
