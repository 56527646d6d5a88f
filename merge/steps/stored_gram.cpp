// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/stored_gram.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "merge/kernels/kernels.h"
#include "merge/steps/gram.h"
#include "merge/steps/group_sums.h"
#include "merge/steps/lanes.h"

namespace tsugi::merge::steps {
namespace {

using Words [[gnu::vector_size(kHalf * sizeof(std::uint32_t))]] = std::uint32_t;

constexpr std::size_t kWidth = sizeof(std::uint16_t);

// Two neighbours of bf16 are one word: as f32 the first is its lower half moved up, the second its upper
// half. Vectors larger than a register of the lowest instruction set must not be returned.
template <bool kOdd>
[[gnu::always_inline]] inline void widen(const std::byte* stored, Floats& out) {
  Words words;
  std::memcpy(&words, stored, sizeof(words));
  words = kOdd ? words & 0xffff0000U : words << 16;
  std::memcpy(&out, &words, sizeof(out));
}

template <std::size_t kVectors, bool kDeltas, bool kOdd, std::size_t kSums>
[[gnu::always_inline]] inline void add_products(const std::byte* const* x, const std::byte* base,
                                                std::size_t at, std::array<Floats, kSums>& sums) {
  std::array<Floats, kVectors> values;
  Floats from{};
  if constexpr (kDeltas) widen<kOdd>(base + at, from);
  for (std::size_t v = 0; v < kVectors; ++v) {
    widen<kOdd>(x[v] + at, values[v]);
    if constexpr (kDeltas) values[v] -= from;
  }
  std::size_t place = 0;
  for (std::size_t v = 0; v < kVectors; ++v) {
    for (std::size_t w = v; w < kVectors; ++w) sums[place++] += values[v] * values[w];
  }
}

template <std::size_t kVectors, bool kDeltas>
void gram_n(const std::byte* const* x, const std::byte* base, std::size_t whole, Sum* out) {
  constexpr std::size_t kSums = gram_size(kVectors);
  constexpr std::size_t kEightWords = kHalf * sizeof(std::uint32_t);
  std::fill_n(out, kSums, Sum{});
  const std::size_t bytes = whole * kWidth;
  for (std::size_t at = 0; at < bytes;) {
    const std::size_t end = std::min(bytes, at + kGroup * kWidth);
    std::array<Floats, kSums> low{};
    std::array<Floats, kSums> high{};
    for (; at < end; at += kLine * kWidth) {
      add_products<kVectors, kDeltas, false>(x, base, at, low);
      add_products<kVectors, kDeltas, true>(x, base, at, low);
      add_products<kVectors, kDeltas, false>(x, base, at + kEightWords, high);
      add_products<kVectors, kDeltas, true>(x, base, at + kEightWords, high);
    }
    for (std::size_t i = 0; i < kSums; ++i) add_lanes(low[i], high[i], out[i]);
  }
}

// As kernels::Kernels::gram, on any processor.
void gram_of_lanes(std::size_t count, const std::byte* const* x, const std::byte* base, std::size_t whole,
                   Sum* sums) {
  if (base == nullptr) {
    if (count == 1) gram_n<1, false>(x, nullptr, whole, sums);
    if (count == 2) gram_n<2, false>(x, nullptr, whole, sums);
    if (count == 3) gram_n<3, false>(x, nullptr, whole, sums);
    return;
  }
  if (count == 1) gram_n<1, true>(x, base, whole, sums);
  if (count == 2) gram_n<2, true>(x, base, whole, sums);
  if (count == 3) gram_n<3, true>(x, base, whole, sums);
}

}  // namespace

bool gram_stored(std::span<const std::byte* const> vectors, const std::byte* base, std::size_t n,
                 std::span<double> out) {
  std::array<Sum, gram_size(kMostStoredVectors)> sums;
  const std::size_t whole = n - n % kLine;
  const kernels::Kernels* const fast = kernels::active();
  (fast != nullptr ? fast->gram : gram_of_lanes)(vectors.size(), vectors.data(), base, whole, sums.data());
  for (std::size_t at = 0; at < gram_size(vectors.size()); ++at) out[at] = sums[at].folded();
  for (std::size_t i = whole; i < n; ++i) {
    const float from = base == nullptr ? 0.0F : widened(base + i * kWidth);
    std::array<float, kMostStoredVectors> values{};
    for (std::size_t v = 0; v < vectors.size(); ++v) values[v] = widened(vectors[v] + i * kWidth) - from;
    std::size_t at = 0;
    for (std::size_t v = 0; v < vectors.size(); ++v) {
      for (std::size_t w = v; w < vectors.size(); ++w) out[at++] += product(values[v], values[w]);
    }
  }
  const Gram gram(out, vectors.size());
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    if (!holds_squares(gram.dot(v, v), n)) return false;
  }
  return true;
}

}  // namespace tsugi::merge::steps
