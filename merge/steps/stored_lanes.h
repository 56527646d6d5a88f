// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sixteen or thirty-two elements of inputs in bf16, and random draws, in registers of AVX-512: for the
// kernels of stored_*.cpp alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "merge/avx512.h"
#include "merge/steps/lanes.h"
#include "merge/steps/random_mask.h"
#include "merge/steps/stored_thin.h"

#if TSUGI_HAS_AVX512
namespace tsugi::merge::steps {

inline constexpr std::size_t kWidth = sizeof(std::uint16_t);
inline constexpr std::uint32_t kInfinity = 0x7f800000u;

// The elements from i on that are there.
inline __mmask16 lanes_from(std::size_t i, std::size_t n) {
  constexpr unsigned kAll = 0xffff;
  return static_cast<__mmask16>(n - i >= kLanes ? kAll : kAll >> (kLanes - (n - i)));
}

// Sixteen values of bf16 in f32.
TSUGI_AVX512_INLINE __m512 widened(__m256i halves) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

// All sixteen, or those that are there and 0 for the others: loads and stores under a mask cost more.
inline constexpr __mmask16 kWhole = 0xffff;

template <bool kAll>
TSUGI_AVX512_INLINE __m512 widen16(const std::byte* stored, __mmask16 there) {
  if constexpr (kAll) return widened(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(stored)));
  return widened(_mm256_maskz_loadu_epi16(there, stored));
}

// Thirty-two neighbours in f32, those at even and those at odd places: an instruction each, where sixteen in
// order take two.
inline constexpr std::size_t kPairs = 2 * kLanes;

struct Widened32 {
  __m512 even;
  __m512 odd;
};

// Of thirty-two the elements from i on that are there.
inline std::uint32_t pairs_from(std::size_t i, std::size_t n) {
  constexpr std::uint32_t kAll = 0xffffffffu;
  return n - i >= kPairs ? kAll : kAll >> (kPairs - (n - i));
}

TSUGI_AVX512_INLINE __mmask16 even_of(std::uint32_t lanes) {
  return static_cast<__mmask16>(_pext_u32(lanes, 0x55555555u));
}
TSUGI_AVX512_INLINE __mmask16 odd_of(std::uint32_t lanes) {
  return static_cast<__mmask16>(_pext_u32(lanes, 0xaaaaaaaau));
}

template <bool kAll>
TSUGI_AVX512_INLINE Widened32 widen32(const std::byte* stored, std::uint32_t there) {
  const __m512i halves = kAll ? _mm512_loadu_si512(stored) : _mm512_maskz_loadu_epi16(there, stored);
  return {_mm512_castsi512_ps(_mm512_slli_epi32(halves, 16)),
          _mm512_castsi512_ps(_mm512_and_si512(halves, _mm512_set1_epi32(static_cast<int>(0xffff0000u))))};
}

// Asks for what a pass over neighbouring tiles reads soon: the processor's own guesses end with each page of
// 4 KB and begin again with a wait. Past the end of an input it does nothing.
TSUGI_AVX512_INLINE void fetch_ahead(const std::byte* stored) {
  constexpr std::ptrdiff_t kAhead = 4096;
  _mm_prefetch(reinterpret_cast<const char*>(stored) + kAhead, _MM_HINT_T0);
}

// Rounded to nearest even in the upper halves, as narrowed_bf16(), which also keeps NaN: here it only has to
// stay one that is seen. The lower halves are of no consequence.
TSUGI_AVX512_INLINE __m512i rounded16(__m512 values) {
  const __m512i bits = _mm512_castps_si512(values);
  const __mmask16 odd = _mm512_test_epi32_mask(bits, _mm512_set1_epi32(1 << 16));
  const __m512i half = _mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff));
  return _mm512_mask_sub_epi32(half, odd, half, _mm512_set1_epi32(-1));
}

// Stores in bf16 what widen32() would read.
template <bool kAll>
TSUGI_AVX512_INLINE void narrow32(const Widened32& values, std::uint32_t there, std::byte* out,
                                  __m512i& largest) {
  constexpr int kMerge = 0xf8;  // even | (odd & upper halves)
  const __m512i halves =
      _mm512_ternarylogic_epi32(_mm512_srli_epi32(rounded16(values.even), 16), rounded16(values.odd),
                                _mm512_set1_epi32(static_cast<int>(0xffff0000u)), kMerge);
  largest = _mm512_max_epu16(largest, _mm512_and_si512(halves, _mm512_set1_epi16(0x7fff)));
  if constexpr (kAll) {
    _mm512_storeu_si512(out, halves);
  } else {
    _mm512_mask_storeu_epi16(out, there, halves);
  }
}

// Whether all that narrow32() met was finite.
TSUGI_AVX512_INLINE bool all_finite(__m512i largest) {
  return _mm512_cmpge_epu16_mask(largest, _mm512_set1_epi16(kInfinity >> 16)) == 0;
}

template <bool kAll>
TSUGI_AVX512_INLINE __m512 delta16(const StoredPair& pair, std::size_t i, __mmask16 there) {
  return _mm512_sub_ps(widen16<kAll>(pair.x + i * kWidth, there),
                       widen16<kAll>(pair.base + i * kWidth, there));
}

template <bool kAll>
TSUGI_AVX512_INLINE Widened32 delta32(const StoredPair& pair, std::size_t i, std::uint32_t there) {
  const Widened32 x = widen32<kAll>(pair.x + i * kWidth, there);
  const Widened32 base = widen32<kAll>(pair.base + i * kWidth, there);
  return {_mm512_sub_ps(x.even, base.even), _mm512_sub_ps(x.odd, base.odd)};
}

TSUGI_AVX512_INLINE __m512i magnitude_bits(__m512 values) {
  return _mm512_and_si512(_mm512_castps_si512(values), _mm512_set1_epi32(0x7fffffff));
}

// SplitMix64 of eight elements; see draw_bits(). Its last step, z ^ (z >> 31), is left out: it leaves the
// upper bits, from kBelowDraw on, alone.
inline constexpr int kBelowDraw = 40;
TSUGI_AVX512_INLINE __m512i draw8(__m512i z) {
  z = _mm512_xor_si512(z, _mm512_srli_epi64(z, 30));
  z = _mm512_mullo_epi64(z, _mm512_set1_epi64(static_cast<long long>(0xbf58476d1ce4e5b9ULL)));
  z = _mm512_xor_si512(z, _mm512_srli_epi64(z, 27));
  return _mm512_mullo_epi64(z, _mm512_set1_epi64(static_cast<long long>(0x94d049bb133111ebULL)));
}

/// Draws of sixteen elements, see draw8(), for walking through neighbours.
struct Draws16 {
  __m512i low;
  __m512i high;
};

constexpr std::uint64_t kDrawStep = 0x9e3779b97f4a7c15ULL;

TSUGI_AVX512_INLINE __m512i all_of(std::uint64_t value) {
  return _mm512_set1_epi64(static_cast<long long>(value));
}

/// The states from which eight elements from `first` on are drawn.
TSUGI_AVX512_INLINE __m512i states_of(std::uint64_t key, std::uint64_t first) {
  const __m512i places = _mm512_set_epi64(8, 7, 6, 5, 4, 3, 2, 1);
  return _mm512_add_epi64(all_of(key + first * kDrawStep), _mm512_mullo_epi64(places, all_of(kDrawStep)));
}

/// Of the next sixteen; moves on.
TSUGI_AVX512_INLINE Draws16 draw16(__m512i& states) {
  const __m512i next = all_of(kHalf * kDrawStep);
  const __m512i second = _mm512_add_epi64(states, next);
  const Draws16 draws{draw8(states), draw8(second)};
  states = _mm512_add_epi64(second, next);
  return draws;
}

}  // namespace tsugi::merge::steps
#endif
