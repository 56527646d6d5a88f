// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/unmap.h"

#include <sys/mman.h>

#include <algorithm>

#include "merge/parallel.h"

namespace tsugi::merge {
namespace {

// A task of 2 ms: less is not worth a thread's waking.
constexpr std::size_t kPiece = std::size_t{1} << 26;

// What a shared mapping of a file forgets stays in the file; of other memory this would clear it.
void forget(std::byte* start, std::size_t size) {
  ::madvise(start, size, MADV_DONTNEED);
}

}  // namespace

void unmap(void* start, std::size_t size) noexcept {
  auto* const bytes = static_cast<std::byte*>(start);
  if (size > kPiece && pool_threads() > 1) {
    try {
      parallel_for((size + kPiece - 1) / kPiece,
                   [&](std::size_t i) { forget(bytes + i * kPiece, std::min(kPiece, size - i * kPiece)); });
    } catch (...) {  // no memory for tasks: munmap() forgets the rest
    }
  }
  ::munmap(start, size);
}

}  // namespace tsugi::merge
