// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/stored_gram.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "merge/avx512.h"
#include "merge/clones.h"
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

inline float widened(const std::byte* stored) {
  std::uint16_t half = 0;
  std::memcpy(&half, stored, sizeof(half));
  return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16);
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

// The part of a matrix in whole lanes.
template <std::size_t kVectors, bool kDeltas>
[[gnu::always_inline]] inline void gram_of_lanes(const std::byte* const* x, const std::byte* base,
                                                 std::size_t whole, Sum* sums) {
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

// Folds the lanes and adds what is left past them.
template <std::size_t kVectors, bool kDeltas>
[[gnu::always_inline]] inline void finish(const std::byte* const* x, const std::byte* base, std::size_t whole,
                                          std::size_t n, const Sum* sums, double* out) {
  for (std::size_t at = 0; at < gram_size(kVectors); ++at) out[at] = sums[at].folded();
  for (std::size_t i = whole; i < n; ++i) {
    const float from = kDeltas ? widened(base + i * kWidth) : 0.0F;
    std::array<float, kVectors> values{};
    for (std::size_t v = 0; v < kVectors; ++v)
      values[v] = kDeltas ? widened(x[v] + i * kWidth) - from : widened(x[v] + i * kWidth);
    std::size_t at = 0;
    for (std::size_t v = 0; v < kVectors; ++v) {
      for (std::size_t w = v; w < kVectors; ++w) out[at++] += product(values[v], values[w]);
    }
  }
}

template <std::size_t kVectors, bool kDeltas>
[[gnu::always_inline]] inline void gram_n(const std::byte* const* x, const std::byte* base, std::size_t n,
                                          double* out) {
  std::array<Sum, gram_size(kVectors)> sums{};
  const std::size_t whole = n - n % kLanes;
  gram_of_lanes<kVectors, kDeltas>(x, base, whole, sums.data());
  finish<kVectors, kDeltas>(x, base, whole, n, sums.data(), out);
}

TSUGI_CLONES void gram_of_vectors(std::size_t count, const std::byte* const* x, std::size_t n, double* out) {
  if (count == 1) gram_n<1, false>(x, nullptr, n, out);
  if (count == 2) gram_n<2, false>(x, nullptr, n, out);
  if (count == 3) gram_n<3, false>(x, nullptr, n, out);
}

TSUGI_CLONES void gram_of_deltas(std::size_t count, const std::byte* const* x, const std::byte* base,
                                 std::size_t n, double* out) {
  if (count == 1) gram_n<1, true>(x, base, n, out);
  if (count == 2) gram_n<2, true>(x, base, n, out);
  if (count == 3) gram_n<3, true>(x, base, n, out);
}

#if TSUGI_HAS_AVX512

// Two neighbours of bf16 are one word: as f32 the first is its lower half moved up, the second its upper
// half.
struct Pairs {
  __m256 first;
  __m256 second;
};

TSUGI_AVX512_INLINE Pairs widen_pairs(const std::byte* stored) {
  const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(stored));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(words, 16)),
          _mm256_castsi256_ps(_mm256_and_si256(words, _mm256_set1_epi32(static_cast<int>(0xffff0000u))))};
}

// gram_of_lanes(). Even and odd lanes are summed apart and put in order at the end.
template <std::size_t kVectors, bool kDeltas>
TSUGI_AVX512_INLINE void gram_of_pairs(const std::byte* const* x, const std::byte* base, std::size_t whole,
                                       Sum* sums) {
  constexpr std::size_t kSums = gram_size(kVectors);
  __m512d even[kSums];
  __m512d odd[kSums];
  for (std::size_t at = 0; at < kSums; ++at) even[at] = odd[at] = _mm512_setzero_pd();
  for (std::size_t i = 0; i < whole * kWidth; i += kLanes * kWidth) {
    Pairs from{};
    if constexpr (kDeltas) from = widen_pairs(base + i);
    __m512d first[kVectors];
    __m512d second[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
      Pairs values = widen_pairs(x[v] + i);
      if constexpr (kDeltas)
        values = {_mm256_sub_ps(values.first, from.first), _mm256_sub_ps(values.second, from.second)};
      first[v] = _mm512_cvtps_pd(values.first);
      second[v] = _mm512_cvtps_pd(values.second);
    }
    std::size_t at = 0;
    for (std::size_t v = 0; v < kVectors; ++v) {
      for (std::size_t w = v; w < kVectors; ++w, ++at) {
        even[at] = _mm512_fmadd_pd(first[v], first[w], even[at]);
        odd[at] = _mm512_fmadd_pd(second[v], second[w], odd[at]);
      }
    }
  }
  for (std::size_t at = 0; at < kSums; ++at) {
    for (std::size_t i = 0; i < kHalf; ++i) {
      const std::size_t half = i / (kHalf / 2);
      Doubles& lanes = half == 0 ? sums[at].low : sums[at].high;
      lanes[2 * i % kHalf] = even[at][i];
      lanes[2 * i % kHalf + 1] = odd[at][i];
    }
  }
}

template <std::size_t kVectors, bool kDeltas>
TSUGI_AVX512 void gram_avx512(const std::byte* const* x, const std::byte* base, std::size_t n, double* out) {
  std::array<Sum, gram_size(kVectors)> sums;
  const std::size_t whole = n - n % kLanes;
  gram_of_pairs<kVectors, kDeltas>(x, base, whole, sums.data());
  finish<kVectors, kDeltas>(x, base, whole, n, sums.data(), out);
}

TSUGI_AVX512 void gram_of_vectors_avx512(std::size_t count, const std::byte* const* x, std::size_t n,
                                         double* out) {
  if (count == 1) gram_avx512<1, false>(x, nullptr, n, out);
  if (count == 2) gram_avx512<2, false>(x, nullptr, n, out);
  if (count == 3) gram_avx512<3, false>(x, nullptr, n, out);
}

TSUGI_AVX512 void gram_of_deltas_avx512(std::size_t count, const std::byte* const* x, const std::byte* base,
                                        std::size_t n, double* out) {
  if (count == 1) gram_avx512<1, true>(x, base, n, out);
  if (count == 2) gram_avx512<2, true>(x, base, n, out);
  if (count == 3) gram_avx512<3, true>(x, base, n, out);
}
#endif

}  // namespace

void gram_stored(std::span<const std::byte* const> vectors, const std::byte* base, std::size_t n,
                 std::span<double> out) {
#if TSUGI_HAS_AVX512
  if (can_use_avx512()) {
    if (base == nullptr) return gram_of_vectors_avx512(vectors.size(), vectors.data(), n, out.data());
    return gram_of_deltas_avx512(vectors.size(), vectors.data(), base, n, out.data());
  }
#endif
  if (base == nullptr) return gram_of_vectors(vectors.size(), vectors.data(), n, out.data());
  gram_of_deltas(vectors.size(), vectors.data(), base, n, out.data());
}

}  // namespace tsugi::merge::steps
