// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A second way into a file that lies in memory (tmpfs). The system lets one thread at a time write into a
// file, and making the file's pages takes it longer than most merges compute. A mapping has no such lock, but
// a page costs more by it: it is for threads that find the file taken.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

namespace tsugi::merge {

class MemoryPages {
 public:
  /// Null unless the file of `size` bytes lies in memory, is large and can be mapped.
  static std::unique_ptr<MemoryPages> of(int descriptor, std::uint64_t size);
  ~MemoryPages();
  MemoryPages(const MemoryPages&) = delete;
  MemoryPages& operator=(const MemoryPages&) = delete;

  /// Held by the thread that writes by the system's way. Whoever does not get it calls write() instead.
  std::mutex& taken() { return taken_; }

  /// Thread-safe for disjoint places, also beside the system's way. False, and nothing is written, where no
  /// pages can be had; the system's way says why.
  bool write(std::span<const std::byte> bytes, std::uint64_t offset);

 private:
  MemoryPages(std::byte* mapped, std::uint64_t size);
  bool make(std::size_t piece);

  std::byte* mapped_;
  std::uint64_t size_;
  std::mutex taken_;
  std::unique_ptr<std::atomic<bool>[]> made_;  // of each piece: whether its pages are there
};

}  // namespace tsugi::merge
