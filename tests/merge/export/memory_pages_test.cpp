// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/memory_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "merge/parallel.h"

namespace tsugi::merge {
namespace {

constexpr std::uint64_t kSize = (std::uint64_t{1} << 26) + 12345;  // ends inside a page

// A file in memory that nothing has to remove.
class MemoryFile {
 public:
  explicit MemoryFile(std::uint64_t size) : descriptor_(memfd_create("tsugi-test", MFD_CLOEXEC)) {
    EXPECT_EQ(ftruncate(descriptor_, static_cast<off_t>(size)), 0);
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int descriptor() const { return descriptor_; }
  std::vector<std::byte> read(std::uint64_t offset, std::size_t size) const {
    std::vector<std::byte> bytes(size);
    EXPECT_EQ(pread(descriptor_, bytes.data(), size, static_cast<off_t>(offset)), static_cast<ssize_t>(size));
    return bytes;
  }

 private:
  int descriptor_;
};

std::byte pattern(std::uint64_t place) {
  return static_cast<std::byte>(place * 2654435761U >> 13);
}

std::vector<std::byte> patterns(std::uint64_t offset, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = pattern(offset + i);
  return bytes;
}

TEST(MemoryPages, SmallFilesAndOthersThanFilesInMemoryHaveNone) {
  const MemoryFile small(1 << 20);
  EXPECT_EQ(MemoryPages::of(small.descriptor(), 1 << 20), nullptr);
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  EXPECT_EQ(MemoryPages::of(pipe_ends[1], kSize), nullptr);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

// Pieces whose ends share pages, half of them through the mapping, by two threads at once.
TEST(MemoryPages, BothWaysWriteOneFile) {
  const MemoryFile file(kSize);
  const auto pages = MemoryPages::of(file.descriptor(), kSize);
  if (pages == nullptr) GTEST_SKIP() << "the system cannot make pages of a mapping";
  constexpr std::size_t kPiece = 70001;
  const auto write = [&](std::size_t first) {
    for (std::uint64_t at = first * kPiece; at < kSize; at += 2 * kPiece) {
      const std::vector<std::byte> bytes = patterns(at, std::min<std::uint64_t>(kPiece, kSize - at));
      if (first == 0) {
        EXPECT_TRUE(pages->write(bytes, at));
      } else {
        EXPECT_EQ(pwrite(file.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(at)),
                  static_cast<ssize_t>(bytes.size()));
      }
    }
  };
  std::thread other([&] { write(1); });
  write(0);
  other.join();
  EXPECT_EQ(file.read(0, kSize), patterns(0, kSize));
}

TEST(MemoryPages, RefusesWhatIsBehindTheEnd) {
  const MemoryFile file(kSize);
  const auto pages = MemoryPages::of(file.descriptor(), kSize);
  if (pages == nullptr) GTEST_SKIP() << "the system cannot make pages of a mapping";
  EXPECT_TRUE(pages->write(patterns(0, 10), kSize - 10));
  EXPECT_FALSE(pages->write(patterns(0, 11), kSize - 10));
}

// As when the file system has no room: the call that makes pages says so, where a store would end the
// process.
TEST(MemoryPages, SayWhereNoPagesCanBeHad) {
  const MemoryFile file(kSize);
  const auto pages = MemoryPages::of(file.descriptor(), kSize);
  if (pages == nullptr) GTEST_SKIP() << "the system cannot make pages of a mapping";
  ASSERT_EQ(ftruncate(file.descriptor(), 0), 0);
  EXPECT_FALSE(pages->write(patterns(0, 10), 0));
}

// Their mapping is large enough that all threads of a pool take part.
TEST(MemoryPages, WhatTheMappingForgetsStaysInTheFile) {
  const MemoryFile file(kSize);
  auto pages = MemoryPages::of(file.descriptor(), kSize);
  if (pages == nullptr) GTEST_SKIP() << "the system cannot make pages of a mapping";
  ASSERT_TRUE(pages->write(patterns(0, kSize), 0));
  ThreadPool(3).run([&] { pages.reset(); });
  EXPECT_EQ(file.read(0, kSize), patterns(0, kSize));
}

}  // namespace
}  // namespace tsugi::merge
