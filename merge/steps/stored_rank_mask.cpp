// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/stored_rank_mask.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <vector>

#include "merge/steps/asked_rank.h"
#include "merge/steps/stored_lanes.h"

namespace tsugi::merge::steps {

#if TSUGI_HAS_AVX512
namespace {

constexpr std::size_t kLongestRow = std::size_t{1}
                                    << 16;  // places fit a mark's index of 16 bits; wider ones are rare

// What a thread needs of a row; a vector more than its length, as lists are written by whole vectors.
struct Row {
  std::vector<float> sizes;
  std::vector<std::uint16_t> bins;
  std::vector<std::uint32_t> places;  // of draws that depend on the rank
  std::vector<float> asked;           // their ranks

  void resize(std::size_t n) {
    if (sizes.size() >= n + kLanes) return;
    sizes.resize(n + kLanes);
    bins.resize(n + kLanes);
    places.resize(n + kLanes);
    asked.resize(n + kLanes);
  }
};

// The magnitudes of a row; bits of the largest.
TSUGI_AVX512 std::uint32_t take_sizes(const StoredPair& row, float* sizes) {
  __m512i largest = _mm512_setzero_si512();
  for (std::size_t i = 0; i < row.n; i += kLanes) {
    const __m512i bits = magnitude_bits(delta16<true>(row, i, kWhole));
    largest = _mm512_max_epu32(largest, bits);
    _mm512_storeu_si512(sizes + i, bits);
  }
  return _mm512_reduce_max_epu32(largest);
}

TSUGI_AVX512 void take_bins(const float* sizes, std::size_t n, float scale, std::int32_t last,
                            std::uint16_t* bins) {
  const __m512 factor = _mm512_set1_ps(scale);
  const __m512i most = _mm512_set1_epi32(last);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __m512i bin = _mm512_cvttps_epi32(_mm512_mul_ps(_mm512_loadu_ps(sizes + i), factor));
    const __m256i halves = _mm512_cvtepi32_epi16(_mm512_min_epi32(bin, most));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bins + i), halves);
  }
}

using Starts = std::array<float, kMostBins + 1>;

// Elements in the bins before each, and behind the last bin all. Neighbours are counted apart: one count
// would wait for the other where they are in the same bin.
void take_starts(const std::uint16_t* bins, std::size_t n, std::size_t count, Starts& starts) {
  std::array<std::uint32_t, kMostBins> even{};
  std::array<std::uint32_t, kMostBins> odd{};
  for (std::size_t i = 0; i < n; i += 2) {
    ++even[bins[i]];
    ++odd[bins[i + 1]];
  }
  std::uint32_t sum = 0;
  for (std::size_t bin = 0; bin < count; ++bin) {
    starts[bin] = static_cast<float>(sum);
    sum += even[bin] + odd[bin];
  }
  starts[count] = static_cast<float>(sum);
}

// Draws of sixteen elements in f32, as draw() counts them.
TSUGI_AVX512_INLINE __m512 values_of(const Draws16& draws) {
  constexpr unsigned kBelow = 40;
  const __m256i low = _mm512_cvtepi64_epi32(_mm512_srli_epi64(draws.low, kBelow));
  const __m256i high = _mm512_cvtepi64_epi32(_mm512_srli_epi64(draws.high, kBelow));
  return _mm512_cvtepi32_ps(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1));
}

// Marks draws that keep an element of any rank, and lists those whose rank matters. Returns their number.
TSUGI_AVX512 std::size_t draw_row(const RankedDraws& draws, const Asked& from, std::size_t n, Row& row,
                                  std::uint16_t* marks) {
  const __m512 factor = _mm512_set1_ps(from.factor);
  const __m512 offset = _mm512_set1_ps(from.offset);
  const __m512 below = _mm512_set1_ps(-from.slack);
  const __m512 above = _mm512_set1_ps(static_cast<float>(n) + from.slack);
  __m512i places = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  __m512i states = states_of(draws.key, draws.first);
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __m512 asked = _mm512_add_ps(_mm512_mul_ps(factor, values_of(draw16(states))), offset);
    const __mmask16 any = _mm512_cmp_ps_mask(asked, below, _CMP_LT_OQ);
    const __mmask16 none = _mm512_cmp_ps_mask(asked, above, _CMP_GT_OQ);
    const auto open = static_cast<__mmask16>(~(any | none));
    marks[i / kLanes] = any;
    _mm512_storeu_si512(row.places.data() + count, _mm512_maskz_compress_epi32(open, places));
    _mm512_storeu_ps(row.asked.data() + count, _mm512_maskz_compress_ps(open, asked));
    count += static_cast<unsigned>(std::popcount(static_cast<std::uint16_t>(open)));
    places = _mm512_add_epi32(places, _mm512_set1_epi32(kLanes));
  }
  return count;
}

void mark(std::size_t place, bool kept, std::uint16_t* marks) {
  std::uint16_t& word = marks[place / kLanes];
  word = static_cast<std::uint16_t>(word | static_cast<unsigned>(kept) << place % kLanes);
}

// Decides the listed draws by the bins of their elements; leaves in the list those that this cannot. Their
// number.
std::size_t decide(std::size_t count, const Starts& starts, float slack, Row& row, std::uint16_t* marks) {
  std::size_t left = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::uint32_t place = row.places[k];
    const std::size_t bin = row.bins[place];
    const bool sure = starts[bin] >= row.asked[k] + slack;
    const bool open = starts[bin + 1] - 1 >= row.asked[k] - slack;
    mark(place, sure, marks);
    row.places[left] = place;  // behind the one that is read
    left += static_cast<std::size_t>(open && !sure);
  }
  return left;
}

// Differences of bf16 are often equal, so that bins are crowded: the whole row is counted at once rather than
// the bin one by one. Equal elements count where they come first.
TSUGI_AVX512 std::size_t rank_of(const float* sizes, std::size_t place, std::size_t n) {
  const __m512 own = _mm512_set1_ps(sizes[place]);
  const std::size_t around = place / kLanes * kLanes;
  std::size_t rank = 0;
  const auto add = [&rank](unsigned before) { rank += static_cast<unsigned>(std::popcount(before)); };
  for (std::size_t i = 0; i < around; i += kLanes)
    add(_mm512_cmp_ps_mask(_mm512_loadu_ps(sizes + i), own, _CMP_LE_OQ));
  const __m512 own_lanes = _mm512_loadu_ps(sizes + around);
  add(_mm512_cmp_ps_mask(own_lanes, own, _CMP_LT_OQ));
  add(_mm512_cmp_ps_mask(own_lanes, own, _CMP_EQ_OQ) & ((1U << (place - around)) - 1));
  for (std::size_t i = around + kLanes; i < n; i += kLanes)
    add(_mm512_cmp_ps_mask(_mm512_loadu_ps(sizes + i), own, _CMP_LT_OQ));
  return rank;
}

}  // namespace

bool mark_by_rank(const StoredPair& pair, const RankedDraws& draws, Marks marks) {
  const std::size_t n = pair.n;
  if (n < kShortestRow || n > kLongestRow || n % kLanes != 0 || draws.step <= 0 || draws.stride != 1)
    return false;
  thread_local Row row;
  row.resize(n);
  const std::uint32_t largest = take_sizes(pair, row.sizes.data());
  if (largest >= kInfinity) return false;
  const std::size_t bins = std::min(kMostBins, std::bit_ceil(n / 2));
  // In a row of zeros every element is in the first bin.
  const float scale =
      std::min(static_cast<float>(bins) / std::bit_cast<float>(largest), std::numeric_limits<float>::max());
  take_bins(row.sizes.data(), n, scale, static_cast<std::int32_t>(bins) - 1, row.bins.data());
  Starts starts;
  take_starts(row.bins.data(), n, bins, starts);
  const Asked from(draws);
  const std::size_t listed = draw_row(draws, from, n, row, marks.data());
  const std::size_t open = decide(listed, starts, from.slack, row, marks.data());
  if (open > kMostUndecided) return false;
  for (std::size_t k = 0; k < open; ++k) {
    const std::uint32_t place = row.places[k];
    mark(place, is_kept(draws, place, rank_of(row.sizes.data(), place, n)), marks.data());
  }
  return true;
}
#else
bool mark_by_rank(const StoredPair&, const RankedDraws&, Marks) {
  std::abort();  // never called: can_use_avx512() is false
}
#endif

}  // namespace tsugi::merge::steps
