// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/aligned_buffer.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace tsugi::eval {
namespace {

constexpr std::size_t kLine = 64;                         // bytes of a cache line and of the widest register
constexpr std::size_t kHugePage = std::size_t{2} << 20U;  // bytes, on x86-64 and most of arm64

ZeroedMemory map_pages(std::size_t bytes, void*& start) {
  std::size_t room = bytes + kHugePage;
  void* memory = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  ZeroedMemory owner(memory, {room});
  start = memory;
  if (std::align(kHugePage, bytes, start, room) == nullptr) throw std::bad_alloc();
  madvise(start, bytes, MADV_HUGEPAGE);  // a wish: without huge pages everything works, slower
  return owner;
}

}  // namespace

void FreeZeroed::operator()(void* memory) const {
  if (mapped > 0) {
    munmap(memory, mapped);
  } else {
    std::free(memory);
  }
}

ZeroedMemory allocate_zeroed(std::size_t count, std::size_t size, void*& start) {
  if (count > (SIZE_MAX - 2 * kHugePage) / size) throw std::bad_alloc();
  const std::size_t bytes = count * size;
  if (bytes >= kHugePage) return map_pages(bytes, start);
  std::size_t room = bytes + kLine;
  ZeroedMemory owner(std::calloc(room, 1));
  start = owner.get();
  if (start == nullptr || std::align(kLine, bytes, start, room) == nullptr) throw std::bad_alloc();
  return owner;
}

}  // namespace tsugi::eval
