// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/memory_pages.h"

#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cstring>

#include "merge/unmap.h"

namespace tsugi::merge {
namespace {

// Pages made at once: a call for 64 KB takes a quarter more time for each page.
constexpr std::uint64_t kPiece = std::uint64_t{1} << 18;

// Smaller files are written in a few hundredths of a second.
constexpr std::uint64_t kLarge = std::uint64_t{1} << 26;

}  // namespace

std::unique_ptr<MemoryPages> MemoryPages::of(int descriptor, std::uint64_t size) {
#ifdef MADV_POPULATE_WRITE
  struct statfs system {};
  if (size < kLarge || ::fstatfs(descriptor, &system) != 0 || system.f_type != TMPFS_MAGIC) return nullptr;
  void* const mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED) return nullptr;
  return std::unique_ptr<MemoryPages>(new MemoryPages(static_cast<std::byte*>(mapped), size));
#else
  static_cast<void>(descriptor);
  static_cast<void>(size);
  return nullptr;
#endif
}

MemoryPages::MemoryPages(std::byte* mapped, std::uint64_t size)
    : mapped_(mapped), size_(size), made_(new std::atomic<bool>[(size + kPiece - 1) / kPiece] {}) {}

MemoryPages::~MemoryPages() {
  unmap(mapped_, size_);
}

// Where there is no room the call fails; a store would end the process.
bool MemoryPages::make(std::size_t piece) {
#ifdef MADV_POPULATE_WRITE
  if (made_[piece].load(std::memory_order_relaxed)) return true;
  const std::uint64_t begin = piece * kPiece;
  if (::madvise(mapped_ + begin, std::min(kPiece, size_ - begin), MADV_POPULATE_WRITE) != 0) return false;
  made_[piece].store(true, std::memory_order_relaxed);
  return true;
#else
  static_cast<void>(piece);
  return false;
#endif
}

bool MemoryPages::write(std::span<const std::byte> bytes, std::uint64_t offset) {
  if (bytes.empty() || offset + bytes.size() > size_) return false;
  for (std::size_t piece = offset / kPiece; piece <= (offset + bytes.size() - 1) / kPiece; ++piece) {
    if (!make(piece)) return false;
  }
  std::memcpy(mapped_ + offset, bytes.data(), bytes.size());
  return true;
}

}  // namespace tsugi::merge
