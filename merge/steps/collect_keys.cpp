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
  __m512i high;
  __m512i guess;
  __m512i from_low;        // keys not below,
  __m512i others;          // of these, without the guess,
  std::size_t inside = 0;  // of these, not above
  Collected own;

  TSUGI_AVX512_INLINE void start(const Collected& from) {
    low = _mm512_set1_epi32(from.low);
    high = _mm512_set1_epi32(from.high);
    guess = _mm512_set1_epi32(from.guess);
    from_low = _mm512_setzero_si512();
    others = _mm512_setzero_si512();
    own = from;
  }

  TSUGI_AVX512_INLINE void add(__m512i keys, __mmask16 there) {
    const __mmask16 not_below = _mm512_mask_cmpge_epi32_mask(there, keys, low);
    const __mmask16 not_guess = _mm512_mask_cmpneq_epi32_mask(not_below, keys, guess);
    count(not_below, from_low);
    count(not_guess, others);
    if (own.out == nullptr) return;
    const __mmask16 found = _mm512_mask_cmple_epi32_mask(not_guess, keys, high);
    // Without asking whether there are any, which no processor would foresee; in a register, as storing
    // compressed takes one of AMD's a hundred cycles.
    _mm512_storeu_si512(own.out + own.count, _mm512_maskz_compress_epi32(found, keys));
    const std::size_t number = number_of(found);
    inside += number;
    own.count += number;
    if (own.count <= own.room) return;
    own.full = true;
    own.count = 0;
  }

  TSUGI_AVX512_INLINE Collected finish() const {
    Collected all = own;
    all.above += total(others) - inside;
    all.equal += total(from_low) - total(others);
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

template <bool kSmallness>
TSUGI_AVX512_INLINE __m512i keys16(__m512 delta, __m512i& largest) {
  const __m512i bits = magnitude_bits(delta);
  largest = _mm512_max_epu32(largest, bits);
  return kSmallness ? _mm512_sub_epi32(_mm512_set1_epi32(kInfinity), bits) : bits;
}

template <bool kSmallness, std::size_t kBrackets>
TSUGI_AVX512_INLINE bool collect_n(const StoredPair& given, Collected* brackets) {
  const StoredPair pair = given;  // not looked up again after each store
  Collector all[kBrackets];
  for (std::size_t b = 0; b < kBrackets; ++b) all[b].start(brackets[b]);
  __m512i largest = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + kPairs <= pair.n; i += kPairs) {
    fetch_ahead(pair.x + i * kWidth);
    fetch_ahead(pair.base + i * kWidth);
    const Widened32 delta = delta32<true>(pair, i, 0);
    const __m512i even = keys16<kSmallness>(delta.even, largest);
    const __m512i odd = keys16<kSmallness>(delta.odd, largest);
    for (std::size_t b = 0; b < kBrackets; ++b) {
      all[b].add(even, kWhole);
      all[b].add(odd, kWhole);
    }
  }
  if (i < pair.n) {
    const std::uint32_t there = pairs_from(i, pair.n);
    const Widened32 delta = delta32<false>(pair, i, there);
    const __m512i even = keys16<kSmallness>(delta.even, largest);
    const __m512i odd = keys16<kSmallness>(delta.odd, largest);
    for (std::size_t b = 0; b < kBrackets; ++b) {
      all[b].add(even, even_of(there));
      all[b].add(odd, odd_of(there));
    }
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
