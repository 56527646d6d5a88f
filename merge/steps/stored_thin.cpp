// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/stored_thin.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "merge/steps/lanes.h"
#include "merge/steps/random_mask.h"
#include "merge/steps/stored_lanes.h"

namespace tsugi::merge::steps {

#if TSUGI_HAS_AVX512
namespace {

// Votes of sixteen elements that stay in the nearest cache; of more models a tile goes through f32.
constexpr std::size_t kMostVotes = 16;

// From f32 to nearest even, as narrowed_bf16(), which also keeps NaN: here it only has to stay one that is
// seen.
TSUGI_AVX512_INLINE __m512i rounded16(__m512 values) {
  const __m512i bits = _mm512_castps_si512(values);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i half = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
  return _mm512_srli_epi32(_mm512_add_epi32(bits, half), 16);
}

TSUGI_AVX512_INLINE __mmask16 within(__m512i sizes, const MagnitudeRange& range) {
  const __m512i above = _mm512_sub_epi32(sizes, _mm512_set1_epi32(static_cast<int>(range.low)));
  return _mm512_cmplt_epu32_mask(above, _mm512_set1_epi32(static_cast<int>(range.high - range.low)));
}

TSUGI_AVX512 void mark_within_n(const StoredPair& pair, const MagnitudeRange& range, std::uint16_t* marks) {
  std::size_t i = 0;
  for (; i + kLanes <= pair.n; i += kLanes)
    marks[i / kLanes] = within(magnitude_bits(delta16<true>(pair, i, kWhole)), range);
  if (i == pair.n) return;
  const __mmask16 there = lanes_from(i, pair.n);
  marks[i / kLanes] =
      static_cast<std::uint16_t>(there & within(magnitude_bits(delta16<false>(pair, i, there)), range));
}

TSUGI_AVX512 void mark_at_random_n(std::uint64_t key, std::uint64_t first, std::uint64_t limit, std::size_t n,
                                   std::uint16_t* marks) {
  __m512i states = states_of(key, first);
  const __m512i end = all_of(limit);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Draws16 draws = draw16(states);
    const unsigned low = _mm512_cmplt_epu64_mask(draws.low, end);
    const unsigned high = _mm512_cmplt_epu64_mask(draws.high, end);
    marks[i / kLanes] = static_cast<std::uint16_t>((low | high << kHalf) & lanes_from(i, n));
  }
}

TSUGI_AVX512 L1Norms l1_norms_n(const StoredPair& pair, const std::uint16_t* marks) {
  __m512d full[2] = {_mm512_setzero_pd(), _mm512_setzero_pd()};
  __m512d kept[2] = {_mm512_setzero_pd(), _mm512_setzero_pd()};
  const std::size_t whole = pair.n - pair.n % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    fetch_ahead(pair.x + i * kWidth);
    fetch_ahead(pair.base + i * kWidth);
    const __m512 sizes = _mm512_castsi512_ps(magnitude_bits(delta16<true>(pair, i, kWhole)));
    const unsigned stay = marks[i / kLanes];
    const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(sizes));
    const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(sizes, 1));
    full[0] = _mm512_add_pd(full[0], low);
    full[1] = _mm512_add_pd(full[1], high);
    kept[0] = _mm512_mask_add_pd(kept[0], static_cast<__mmask8>(stay), kept[0], low);
    kept[1] = _mm512_mask_add_pd(kept[1], static_cast<__mmask8>(stay >> kHalf), kept[1], high);
  }
  const auto folded = [](const __m512d* halves) {
    Sum sum;
    std::memcpy(&sum.low, &halves[0], sizeof(sum.low));
    std::memcpy(&sum.high, &halves[1], sizeof(sum.high));
    return sum.folded();
  };
  L1Norms out{.full = folded(full), .kept = folded(kept)};
  if (whole == pair.n) return out;
  alignas(64) float rest[kLanes];
  const __mmask16 there = lanes_from(whole, pair.n);
  _mm512_store_ps(rest, _mm512_castsi512_ps(magnitude_bits(delta16<false>(pair, whole, there))));
  for (std::size_t i = 0; whole + i < pair.n; ++i) {
    const auto size = static_cast<double>(rest[i]);
    out.full += size;
    if ((marks[whole / kLanes] >> i & 1) != 0) out.kept += size;
  }
  return out;
}

// Magnitudes, or their distances to infinity.
template <bool kSmallness>
TSUGI_AVX512_INLINE bool keys_n(const StoredPair& pair, float* out) {
  const __m512i infinity = _mm512_set1_epi32(kInfinity);
  __m512i largest = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + kLanes <= pair.n; i += kLanes) {
    const __m512i bits = magnitude_bits(delta16<true>(pair, i, kWhole));
    largest = _mm512_max_epu32(largest, bits);
    _mm512_storeu_si512(out + i, kSmallness ? _mm512_sub_epi32(infinity, bits) : bits);
  }
  if (i < pair.n) {
    const __mmask16 there = lanes_from(i, pair.n);
    const __m512i bits = magnitude_bits(delta16<false>(pair, i, there));
    largest = _mm512_max_epu32(largest, bits);
    _mm512_mask_storeu_epi32(out + i, there, kSmallness ? _mm512_sub_epi32(infinity, bits) : bits);
  }
  return _mm512_cmpge_epu32_mask(largest, infinity) == 0;
}

TSUGI_AVX512 bool write_keys_n(const StoredKeys& keys, float* out) {
  const StoredPair pair{keys.x, keys.base, keys.size};
  return keys.smallness ? keys_n<true>(pair, out) : keys_n<false>(pair, out);
}

// Votes with their numbers in all lanes; kVotes of them, or as many as `count` says.
template <std::size_t kVotes>
struct Ballots {
  static constexpr std::size_t kRoom = kVotes == 0 ? kMostVotes : kVotes;
  std::size_t count;
  const std::byte* x[kRoom];
  const std::uint16_t* marks[kRoom];
  __m512i low[kRoom];
  __m512i width[kRoom];
  __m512 factor[kRoom];
  __m512 weight[kRoom];
};

template <std::size_t kVotes>
TSUGI_AVX512_INLINE std::size_t size(const Ballots<kVotes>& votes) {
  return kVotes == 0 ? votes.count : kVotes;
}

template <std::size_t kVotes>
TSUGI_AVX512_INLINE void spread(std::span<const StoredVote> from, Ballots<kVotes>& votes) {
  votes.count = from.size();
  for (std::size_t m = 0; m < size(votes); ++m) {
    votes.x[m] = from[m].x;
    votes.marks[m] = from[m].marks;
    votes.low[m] = _mm512_set1_epi32(static_cast<int>(from[m].range.low));
    votes.width[m] = _mm512_set1_epi32(static_cast<int>(from[m].range.high - from[m].range.low));
    votes.factor[m] = _mm512_set1_ps(from[m].factor);
    votes.weight[m] = _mm512_set1_ps(from[m].weight);
  }
}

// Sixteen elements of a mix, its votes v in order.
template <Mix kMix, std::size_t kVotes>
TSUGI_AVX512_INLINE __m512 mixed16(const __m512* v, const Ballots<kVotes>& votes, __m512 divisor) {
  __m512 total = _mm512_setzero_ps();
  for (std::size_t m = 0; m < size(votes); ++m) total = _mm512_add_ps(total, v[m]);
  if constexpr (kMix == Mix::all) return total;
  if constexpr (kMix == Mix::mean) return _mm512_div_ps(total, divisor);
  // Turned by the sign that wins, the votes that have it are positive.
  const __m512 zero = _mm512_setzero_ps();
  const __m512i down =
      _mm512_maskz_set1_epi32(_mm512_cmp_ps_mask(total, zero, _CMP_LT_OQ), static_cast<int>(0x80000000u));
  __m512 sum = zero;
  __m512 weight = zero;
  for (std::size_t m = 0; m < size(votes); ++m) {
    const __m512 turned = _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(v[m]), down));
    const __mmask16 wins = _mm512_cmp_ps_mask(turned, zero, _CMP_GT_OQ);
    sum = _mm512_mask_add_ps(sum, wins, sum, v[m]);
    if constexpr (kMix == Mix::elected_mean)
      weight = _mm512_mask_add_ps(weight, wins, weight, votes.weight[m]);
  }
  if constexpr (kMix == Mix::elected) return sum;
  constexpr float kLeast = 1e-8F;  // as in consensus.cpp
  const __mmask16 small = _mm512_cmp_ps_mask(_mm512_abs_ps(weight), _mm512_set1_ps(kLeast), _CMP_LT_OQ);
  return _mm512_div_ps(sum, _mm512_mask_mov_ps(weight, small, _mm512_set1_ps(1)));
}

// Whatever is not finite shows in the largest magnitudes.
struct Largest {
  __m512i input;
  __m512i output;
};

template <Mix kMix, bool kAll, std::size_t kVotes>
TSUGI_AVX512_INLINE void mix16(const Ballots<kVotes>& votes, const StoredOnto& onto, std::size_t i,
                               __mmask16 there, std::byte* out, Largest& largest) {
  const __m512 base = widen16<kAll>(onto.base + i * kWidth, there);
  __m512 v[Ballots<kVotes>::kRoom];
  for (std::size_t m = 0; m < size(votes); ++m) {
    const __m512 delta = _mm512_sub_ps(widen16<kAll>(votes.x[m] + i * kWidth, there), base);
    const __m512i size = magnitude_bits(delta);
    largest.input = _mm512_max_epu32(largest.input, size);
    const __mmask16 stay =
        votes.marks[m] != nullptr
            ? votes.marks[m][i / kLanes]
            : _mm512_cmplt_epu32_mask(_mm512_sub_epi32(size, votes.low[m]), votes.width[m]);
    v[m] = _mm512_maskz_mul_ps(stay, delta, votes.factor[m]);
  }
  // One rounding each for the product and the sum, as the tiles in f32 have it.
  const __m512 mixed =
      _mm512_mul_ps(_mm512_set1_ps(onto.lambda), mixed16<kMix>(v, votes, _mm512_set1_ps(onto.divisor)));
  const __m512i result = rounded16(_mm512_add_ps(base, mixed));
  largest.output = _mm512_max_epu32(largest.output, _mm512_and_si512(result, _mm512_set1_epi32(0x7fff)));
  const __m256i halves = _mm512_cvtepi32_epi16(result);
  if constexpr (kAll) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i * kWidth), halves);
  } else {
    _mm256_mask_storeu_epi16(out + i * kWidth, there, halves);
  }
}

template <Mix kMix, std::size_t kVotes>
TSUGI_AVX512 bool mix_n(std::span<const StoredVote> from, const StoredOnto& onto, std::size_t n,
                        std::byte* out) {
  Ballots<kVotes> votes;
  spread(from, votes);
  const StoredOnto own = onto;  // not written to through `out`
  Largest largest{_mm512_setzero_si512(), _mm512_setzero_si512()};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    fetch_ahead(own.base + i * kWidth);
    for (std::size_t m = 0; m < size(votes); ++m) fetch_ahead(votes.x[m] + i * kWidth);
    mix16<kMix, true>(votes, own, i, kWhole, out, largest);
  }
  if (i < n) mix16<kMix, false>(votes, own, i, lanes_from(i, n), out, largest);
  const __m512i infinity = _mm512_set1_epi32(kInfinity);
  const __m512i half_infinity = _mm512_set1_epi32(kInfinity >> 16);
  return _mm512_cmpge_epu32_mask(largest.input, infinity) == 0 &&
         _mm512_cmpge_epu32_mask(largest.output, half_infinity) == 0;
}

// With the number of usual votes known, all their numbers stay in registers.
template <Mix kMix>
bool mix_votes(std::span<const StoredVote> votes, const StoredOnto& onto, std::span<std::byte> out) {
  const std::size_t n = out.size() / kWidth;
  if (votes.size() == 1) return mix_n<kMix, 1>(votes, onto, n, out.data());
  if (votes.size() == 2) return mix_n<kMix, 2>(votes, onto, n, out.data());
  if (votes.size() == 3) return mix_n<kMix, 3>(votes, onto, n, out.data());
  return mix_n<kMix, 0>(votes, onto, n, out.data());
}

void mark_all(std::size_t n, Marks marks) {
  for (std::size_t i = 0; i < n; i += kLanes) marks[i / kLanes] = lanes_from(i, n);
}

}  // namespace

void mark_within(const StoredPair& pair, const MagnitudeRange& range, Marks marks) {
  mark_within_n(pair, range, marks.data());
}

void mark_at_random(std::uint64_t key, std::uint64_t first, double probability, std::size_t n, Marks marks) {
  // A draw is the upper 24 of 64 bits: compared where they stand.
  const std::uint64_t limit = limit_of(probability);
  if (limit == static_cast<std::uint64_t>(kDraws)) return mark_all(n, marks);
  mark_at_random_n(key, first, limit << kBelowDraw, n, marks.data());
}

L1Norms l1_norms_stored(const StoredPair& pair, Marks marks) {
  return l1_norms_n(pair, marks.data());
}

bool write_keys(const StoredKeys& keys, std::span<float> out) {
  return write_keys_n(keys, out.data());
}

bool mix_stored(std::span<const StoredVote> votes, Mix mix, const StoredOnto& onto,
                std::span<std::byte> out) {
  if (votes.size() > kMostVotes) return false;
  if (mix == Mix::all) return mix_votes<Mix::all>(votes, onto, out);
  if (mix == Mix::mean) return mix_votes<Mix::mean>(votes, onto, out);
  if (mix == Mix::elected) return mix_votes<Mix::elected>(votes, onto, out);
  return mix_votes<Mix::elected_mean>(votes, onto, out);
}
#else
// Never called: can_use_avx512() is false.
void mark_within(const StoredPair&, const MagnitudeRange&, Marks) {
  std::abort();
}
void mark_at_random(std::uint64_t, std::uint64_t, double, std::size_t, Marks) {
  std::abort();
}
L1Norms l1_norms_stored(const StoredPair&, Marks) {
  std::abort();
}
bool write_keys(const StoredKeys&, std::span<float>) {
  std::abort();
}
bool mix_stored(std::span<const StoredVote>, Mix, const StoredOnto&, std::span<std::byte>) {
  std::abort();
}
#endif

}  // namespace tsugi::merge::steps
