// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/collect_keys.h"

#include <bit>
#include <cstdlib>

#include "merge/steps/stored_lanes.h"

namespace tsugi::merge::steps {

#if TSUGI_HAS_AVX512
namespace {

TSUGI_AVX512_INLINE std::size_t number_of(__mmask16 lanes) {
  return static_cast<std::size_t>(std::popcount(static_cast<std::uint16_t>(lanes)));
}

TSUGI_AVX512_INLINE void count(__mmask16 lanes, __m512i& counts) {
  counts = _mm512_mask_sub_epi32(counts, lanes, counts, _mm512_set1_epi32(-1));
}

TSUGI_AVX512_INLINE std::uint64_t total(__m512i counts) {
  return static_cast<std::uint32_t>(_mm512_reduce_add_epi32(counts));
}

// A bracket in registers.
struct Collector {
  __m512i low;
  __m512i width;
  __m512i high;
  __m512i guess;
  __m512i above;
  __m512i equal;
  Collected own;

  TSUGI_AVX512_INLINE void start(const Collected& from) {
    low = _mm512_set1_epi32(from.low);
    width = _mm512_set1_epi32(from.high - from.low);
    high = _mm512_set1_epi32(from.high);
    guess = _mm512_set1_epi32(from.guess);
    above = _mm512_setzero_si512();
    equal = _mm512_setzero_si512();
    own = from;
  }

  TSUGI_AVX512_INLINE void add(__m512i keys, __mmask16 there) {
    count(_mm512_mask_cmpgt_epi32_mask(there, keys, high), above);
    count(_mm512_mask_cmpeq_epi32_mask(there, keys, guess), equal);
    if (own.out == nullptr) return;
    const __mmask16 others = _mm512_mask_cmpneq_epi32_mask(there, keys, guess);
    const __mmask16 inside = _mm512_mask_cmple_epu32_mask(others, _mm512_sub_epi32(keys, low), width);
    // Without asking whether there are any, which no processor would foresee; in a register, as storing
    // compressed takes one of AMD's a hundred cycles.
    _mm512_storeu_si512(own.out + own.count, _mm512_maskz_compress_epi32(inside, keys));
    own.count += number_of(inside);
    if (own.count <= own.room) return;
    own.full = true;
    own.count = 0;
  }

  TSUGI_AVX512_INLINE Collected finish() const {
    Collected all = own;
    all.above += total(above);
    all.equal += total(equal);
    return all;
  }
};

TSUGI_AVX512 void collect_n(const float* keys, std::size_t n, Collected& bracket) {
  Collector collector;
  collector.start(bracket);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __mmask16 there = lanes_from(i, n);
    collector.add(_mm512_maskz_loadu_epi32(there, keys + i), there);
  }
  bracket = collector.finish();
}

template <bool kSmallness, bool kAll>
TSUGI_AVX512_INLINE __m512i keys16(const StoredPair& pair, std::size_t i, __mmask16 there, __m512i& largest) {
  const __m512i bits = magnitude_bits(delta16<kAll>(pair, i, there));
  largest = _mm512_max_epu32(largest, bits);
  return kSmallness ? _mm512_sub_epi32(_mm512_set1_epi32(kInfinity), bits) : bits;
}

template <bool kSmallness, std::size_t kBrackets>
TSUGI_AVX512_INLINE bool collect_n(const StoredPair& pair, Collected* brackets) {
  Collector all[kBrackets];
  for (std::size_t b = 0; b < kBrackets; ++b) all[b].start(brackets[b]);
  __m512i largest = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + kLanes <= pair.n; i += kLanes) {
    fetch_ahead(pair.x + i * kWidth);
    fetch_ahead(pair.base + i * kWidth);
    const __m512i keys = keys16<kSmallness, true>(pair, i, kWhole, largest);
    for (std::size_t b = 0; b < kBrackets; ++b) all[b].add(keys, kWhole);
  }
  if (i < pair.n) {
    const __mmask16 there = lanes_from(i, pair.n);
    const __m512i keys = keys16<kSmallness, false>(pair, i, there, largest);
    for (std::size_t b = 0; b < kBrackets; ++b) all[b].add(keys, there);
  }
  for (std::size_t b = 0; b < kBrackets; ++b) brackets[b] = all[b].finish();
  return _mm512_cmpge_epu32_mask(largest, _mm512_set1_epi32(kInfinity)) == 0;
}

TSUGI_AVX512 bool collect_pair(const StoredPair& pair, bool smallness, std::span<Collected> brackets) {
  Collected* const all = brackets.data();
  if (brackets.size() == 1) return smallness ? collect_n<true, 1>(pair, all) : collect_n<false, 1>(pair, all);
  return smallness ? collect_n<true, 2>(pair, all) : collect_n<false, 2>(pair, all);
}

}  // namespace

void collect(std::span<const float> keys, Collected& bracket) {
  collect_n(keys.data(), keys.size(), bracket);
}

bool collect_stored(const StoredKeys& keys, std::span<Collected> brackets) {
  return collect_pair({.x = keys.x, .base = keys.base, .n = keys.size}, keys.smallness, brackets);
}
#else
// Never called: can_use_avx512() is false.
void collect(std::span<const float>, Collected&) {
  std::abort();
}
bool collect_stored(const StoredKeys&, std::span<Collected>) {
  std::abort();
}
#endif

}  // namespace tsugi::merge::steps
