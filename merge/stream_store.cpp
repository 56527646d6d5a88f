// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/stream_store.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tsugi::merge {

void store_past_caches(std::span<const std::byte> from, std::byte* to) {
#ifdef __SSE2__
  constexpr std::size_t kWidth = sizeof(__m128i);
  constexpr std::size_t kLine = 64;
  const std::size_t to_line = (kLine - reinterpret_cast<std::uintptr_t>(to) % kLine) % kLine;
  const std::size_t head = std::min(from.size(), to_line);
  std::memcpy(to, from.data(), head);
  std::size_t at = head;
  for (; at + kLine <= from.size(); at += kLine) {
    for (std::size_t i = 0; i < kLine; i += kWidth) {
      const __m128i value = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from.data() + at + i));
      _mm_stream_si128(reinterpret_cast<__m128i*>(to + at + i), value);
    }
  }
  std::memcpy(to + at, from.data() + at, from.size() - at);
  _mm_sfence();
#else
  std::memcpy(to, from.data(), from.size());
#endif
}

}  // namespace tsugi::merge
