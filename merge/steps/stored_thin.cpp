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

// Marks of thirty-two elements from i on, or of those that are left.
template <bool kAll>
TSUGI_AVX512_INLINE std::uint32_t marks32(const std::uint16_t* marks, std::size_t i, std::size_t n) {
  std::uint32_t stay = marks[i / kLanes];
  if (kAll || i + kLanes < n) stay |= std::uint32_t{marks[i / kLanes + 1]} << kLanes;
  return stay;
}

// Sixteen running sums, those at even and those at odd places: each adds its elements in the order of Sum.
struct SplitSum {
  __m512d even;
  __m512d odd;

  double folded() const {
    double sums[2][kHalf];
    std::memcpy(sums[0], &even, sizeof(even));
    std::memcpy(sums[1], &odd, sizeof(odd));
    Sum sum;
    for (std::size_t i = 0; i < kHalf; ++i) {
      sum.low[i] = sums[i % 2][i / 2];
      sum.high[i] = sums[i % 2][(i + kHalf) / 2];
    }
    return sum.folded();
  }
};

// Adds all of sixteen magnitudes to one sum and those that stay to another.
TSUGI_AVX512_INLINE void add_sizes(__m512 delta, __mmask16 stay, __m512d& full, __m512d& kept) {
  const __m512 sizes = _mm512_abs_ps(delta);
  const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(sizes));
  const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(sizes, 1));
  full = _mm512_add_pd(_mm512_add_pd(full, low), high);
  kept = _mm512_mask_add_pd(kept, static_cast<__mmask8>(stay), kept, low);
  kept = _mm512_mask_add_pd(kept, static_cast<__mmask8>(stay >> kHalf), kept, high);
}

TSUGI_AVX512 L1Norms l1_norms_n(const StoredPair& pair, const std::uint16_t* marks) {
  const __m512d zero = _mm512_setzero_pd();
  SplitSum full{zero, zero};
  SplitSum kept{zero, zero};
  std::size_t i = 0;
  for (; i + kPairs <= pair.n; i += kPairs) {
    fetch_ahead(pair.x + i * kWidth);
    fetch_ahead(pair.base + i * kWidth);
    const Widened32 delta = delta32<true>(pair, i, 0);
    const std::uint32_t stay = marks32<true>(marks, i, pair.n);
    add_sizes(delta.even, even_of(stay), full.even, kept.even);
    add_sizes(delta.odd, odd_of(stay), full.odd, kept.odd);
  }
  // Sixteen more as above; what is left then is added to the folded sums.
  const std::size_t whole = pair.n - pair.n % kLanes;
  if (i < whole) {
    const Widened32 delta = delta32<false>(pair, i, 0xffff);
    const std::uint32_t stay = marks[i / kLanes];
    add_sizes(delta.even, even_of(stay), full.even, kept.even);
    add_sizes(delta.odd, odd_of(stay), full.odd, kept.odd);
  }
  L1Norms out{.full = full.folded(), .kept = kept.folded()};
  if (whole == pair.n) return out;
  alignas(64) float rest[kLanes];
  const __mmask16 there = lanes_from(whole, pair.n);
  _mm512_store_ps(rest, _mm512_castsi512_ps(magnitude_bits(delta16<false>(pair, whole, there))));
  for (std::size_t k = 0; whole + k < pair.n; ++k) {
    const auto size = static_cast<double>(rest[k]);
    out.full += size;
    if ((marks[whole / kLanes] >> k & 1) != 0) out.kept += size;
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
  constexpr bool kElects = kMix == Mix::elected || kMix == Mix::elected_mean;
  const __m512 zero = _mm512_setzero_ps();
  // Of the elected only the sign of the total counts, and none where all are 0 of either sign.
  constexpr std::size_t kFirst = kElects && kVotes > 0 ? 1 : 0;
  __m512 total = kFirst == 0 ? zero : v[0];
  for (std::size_t m = kFirst; m < size(votes); ++m) total = _mm512_add_ps(total, v[m]);
  if constexpr (kMix == Mix::all) return total;
  if constexpr (kMix == Mix::mean) return _mm512_div_ps(total, divisor);
  __m512 sum = zero;
  __m512 weight = zero;
  for (std::size_t m = 0; m < size(votes); ++m) {
    // Turned by the sign that wins, v ^ (total & sign), the votes that have it are positive.
    constexpr int kTurn = 0x78;
    const __m512i turned = _mm512_ternarylogic_epi32(_mm512_castps_si512(v[m]), _mm512_castps_si512(total),
                                                     _mm512_set1_epi32(static_cast<int>(0x80000000u)), kTurn);
    const __mmask16 wins = _mm512_cmpgt_epi32_mask(turned, _mm512_setzero_si512());
    sum = _mm512_mask_add_ps(sum, wins, sum, v[m]);
    if constexpr (kMix == Mix::elected_mean)
      weight = _mm512_mask_add_ps(weight, wins, weight, votes.weight[m]);
  }
  if constexpr (kMix == Mix::elected) return sum;
  constexpr float kLeast = 1e-8F;  // as in consensus.cpp
  const __mmask16 divides = _mm512_cmp_ps_mask(_mm512_abs_ps(weight), _mm512_set1_ps(kLeast), _CMP_NLT_UQ);
  return _mm512_mask_div_ps(sum, divides, sum, weight);
}

// Whatever is not finite shows in the largest magnitudes.
struct Largest {
  __m512i input;
  __m512i output;  // of 16 bits
};

// What sixteen elements, those of `base`, get from all votes; `marked`: see StoredVote.
template <Mix kMix, std::size_t kVotes>
TSUGI_AVX512_INLINE __m512 result16(const __m512* x, const __mmask16* marked, const Ballots<kVotes>& votes,
                                    const StoredOnto& onto, __m512 base, Largest& largest) {
  __m512 v[Ballots<kVotes>::kRoom];
  for (std::size_t m = 0; m < size(votes); ++m) {
    const __m512 delta = _mm512_sub_ps(x[m], base);
    const __m512i size = magnitude_bits(delta);
    largest.input = _mm512_max_epu32(largest.input, size);
    const __mmask16 stay =
        votes.marks[m] != nullptr
            ? marked[m]
            : _mm512_cmplt_epu32_mask(_mm512_sub_epi32(size, votes.low[m]), votes.width[m]);
    v[m] = _mm512_maskz_mul_ps(stay, delta, votes.factor[m]);
  }
  // One rounding each for the product and the sum, as the tiles in f32 have it.
  const __m512 mixed =
      _mm512_mul_ps(_mm512_set1_ps(onto.lambda), mixed16<kMix>(v, votes, _mm512_set1_ps(onto.divisor)));
  return _mm512_add_ps(base, mixed);
}

template <Mix kMix, bool kAll, std::size_t kVotes>
TSUGI_AVX512_INLINE void mix32(const Ballots<kVotes>& votes, const StoredOnto& onto, std::size_t i,
                               std::size_t n, std::byte* out, Largest& largest) {
  constexpr std::size_t kRoom = Ballots<kVotes>::kRoom;
  const std::uint32_t there = kAll ? 0 : pairs_from(i, n);
  const Widened32 base = widen32<kAll>(onto.base + i * kWidth, there);
  __m512 even[kRoom];
  __m512 odd[kRoom];
  __mmask16 even_marks[kRoom] = {};
  __mmask16 odd_marks[kRoom] = {};
  for (std::size_t m = 0; m < size(votes); ++m) {
    const Widened32 x = widen32<kAll>(votes.x[m] + i * kWidth, there);
    even[m] = x.even;
    odd[m] = x.odd;
    if (votes.marks[m] == nullptr) continue;
    const std::uint32_t stay = marks32<kAll>(votes.marks[m], i, n);
    even_marks[m] = even_of(stay);
    odd_marks[m] = odd_of(stay);
  }
  const Widened32 result{result16<kMix>(even, even_marks, votes, onto, base.even, largest),
                         result16<kMix>(odd, odd_marks, votes, onto, base.odd, largest)};
  narrow32<kAll>(result, there, out + i * kWidth, largest.output);
}

template <Mix kMix, std::size_t kVotes>
TSUGI_AVX512 bool mix_n(std::span<const StoredVote> from, const StoredOnto& onto, std::size_t n,
                        std::byte* out) {
  Ballots<kVotes> votes;
  spread(from, votes);
  const StoredOnto own = onto;  // not written to through `out`
  Largest largest{_mm512_setzero_si512(), _mm512_setzero_si512()};
  std::size_t i = 0;
  for (; i + kPairs <= n; i += kPairs) {
    fetch_ahead(own.base + i * kWidth);
    for (std::size_t m = 0; m < size(votes); ++m) fetch_ahead(votes.x[m] + i * kWidth);
    mix32<kMix, true>(votes, own, i, n, out, largest);
  }
  if (i < n) mix32<kMix, false>(votes, own, i, n, out, largest);
  return _mm512_cmpge_epu32_mask(largest.input, _mm512_set1_epi32(kInfinity)) == 0 &&
         all_finite(largest.output);
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
