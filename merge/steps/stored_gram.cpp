// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/stored_gram.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "merge/kernels/kernels.h"
#include "merge/steps/gram.h"
#include "merge/steps/lanes.h"

namespace tsugi::merge::steps {
namespace {

using Halves [[gnu::vector_size(kHalf * sizeof(std::uint16_t))]] = std::uint16_t;
using Words [[gnu::vector_size(kHalf * sizeof(std::uint32_t))]] = std::uint32_t;

constexpr std::size_t kWidth = sizeof(std::uint16_t);

// Vectors larger than a register of the lowest instruction set must not be returned.
[[gnu::always_inline]] inline void widen(const std::byte* stored, Floats& out) {
  Halves halves;
  std::memcpy(&halves, stored, sizeof(halves));
  const Words words = __builtin_convertvector(halves, Words) << 16;
  std::memcpy(&out, &words, sizeof(out));
}

template <bool kDeltas>
[[gnu::always_inline]] inline void load(const std::byte* x, const Floats& low_base, const Floats& high_base,
                                        Lanes& lanes) {
  Floats low;
  Floats high;
  widen(x, low);
  widen(x + kHalf * kWidth, high);
  if constexpr (kDeltas) {
    low -= low_base;
    high -= high_base;
  }
  lanes.low = __builtin_convertvector(low, Doubles);
  lanes.high = __builtin_convertvector(high, Doubles);
}

template <std::size_t kVectors, bool kDeltas>
void gram_n(const std::byte* const* x, const std::byte* base, std::size_t whole, Sum* sums) {
  std::fill_n(sums, gram_size(kVectors), Sum{});
  for (std::size_t i = 0; i < whole; i += kLanes) {
    Floats low_base{};
    Floats high_base{};
    if constexpr (kDeltas) {
      widen(base + i * kWidth, low_base);
      widen(base + (i + kHalf) * kWidth, high_base);
    }
    std::array<Lanes, kVectors> lanes;
    for (std::size_t v = 0; v < kVectors; ++v)
      load<kDeltas>(x[v] + i * kWidth, low_base, high_base, lanes[v]);
    std::size_t at = 0;
    for (std::size_t v = 0; v < kVectors; ++v) {
      for (std::size_t w = v; w < kVectors; ++w) add_product(lanes[v], lanes[w], sums[at++]);
    }
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

void gram_stored(std::span<const std::byte* const> vectors, const std::byte* base, std::size_t n,
                 std::span<double> out) {
  std::array<Sum, gram_size(kMostStoredVectors)> sums;
  const std::size_t whole = n - n % kLanes;
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
}

}  // namespace tsugi::merge::steps
