// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/stored_rank_mask.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "merge/steps/stored_lanes.h"

namespace tsugi::merge::steps {

#if TSUGI_HAS_AVX512
namespace {

// Keeps a thread's room below 2 MB; wider rows are rare.
constexpr std::size_t kLongestRow = std::size_t{1} << 16;

// What a thread needs of a row. "Open" are elements that their rivals decide. Lists are written and read by
// whole vectors, so there is one more than the row is long; what is read past their ends is an earlier row's
// and of no consequence.
struct Row {
  std::vector<std::uint32_t> sizes;  // bits of magnitudes
  std::vector<std::uint32_t> places;
  std::vector<std::uint32_t> own;    // sizes of the open elements,
  std::vector<std::uint32_t> above;  // and how far above the least they were drawn
  std::vector<std::uint16_t> open;   // sixteen elements each
  std::vector<std::uint16_t> wins;   // sixteen open elements each

  void resize(std::size_t n) {
    if (sizes.size() >= n + kLanes) return;
    sizes.resize(n + kLanes);
    places.resize(n + kLanes);
    own.resize(n + kLanes);
    above.resize(n + kLanes);
    open.resize(n / kLanes + 1);
    wins.resize(n / kLanes + 1 + sizeof(std::uint64_t) / sizeof(std::uint16_t));
  }
};

TSUGI_AVX512_INLINE std::size_t number_of(unsigned lanes) {
  return static_cast<std::size_t>(std::popcount(lanes));
}

// The draws of the next sixteen; see rank_draw(). Moves on.
TSUGI_AVX512_INLINE __m512i rank_draw16(__m512i& states) {
  const __m512i upper = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
  const Draws16 drawn = draw16(states);
  return _mm512_srli_epi32(_mm512_permutex2var_epi32(drawn.low, upper, drawn.high), 1);
}

// Marks elements whose draw keeps them whatever their rivals are, and lists the open ones. Returns their
// number; -1 if a value is not finite.
TSUGI_AVX512 std::ptrdiff_t draw_row(const StoredPair& pair, const RankedDraws& draws, Row& row,
                                     std::uint16_t* marks) {
  const __m512i least = _mm512_set1_epi32(static_cast<int>(draws.least));
  const __m512i width = _mm512_set1_epi32(static_cast<int>(draws.most - draws.least));
  __m512i places = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  __m512i states = states_of(draws.key, draws.first);
  __m512i largest = _mm512_setzero_si512();
  std::size_t count = 0;
  // Not looked up again after each store.
  const StoredPair own = pair;
  std::uint32_t* const sizes = row.sizes.data();
  std::uint32_t* const listed_above = row.above.data();
  std::uint32_t* const listed_places = row.places.data();
  std::uint32_t* const listed_sizes = row.own.data();
  std::uint16_t* const opens = row.open.data();
  for (std::size_t i = 0; i < own.n; i += kLanes) {
    fetch_ahead(own.x + i * kWidth);
    fetch_ahead(own.base + i * kWidth);
    const __m512i size = magnitude_bits(delta16<true>(own, i, kWhole));
    largest = _mm512_max_epu32(largest, size);
    _mm512_storeu_si512(sizes + i, size);
    const __m512i drawn = rank_draw16(states);
    const __m512i above = _mm512_sub_epi32(drawn, least);  // past all widths where it is below
    const __mmask16 open = _mm512_cmplt_epu32_mask(above, width);
    marks[i / kLanes] = _mm512_cmplt_epu32_mask(drawn, least);
    opens[i / kLanes] = open;
    _mm512_storeu_si512(listed_above + count, _mm512_maskz_compress_epi32(open, above));
    _mm512_storeu_si512(listed_places + count, _mm512_maskz_compress_epi32(open, places));
    _mm512_storeu_si512(listed_sizes + count, _mm512_maskz_compress_epi32(open, size));
    count += number_of(open);
    places = _mm512_add_epi32(places, _mm512_set1_epi32(kLanes));
  }
  // What the last vector of rivals is read with: those of an earlier row could be anywhere.
  _mm512_storeu_si512(listed_above + count, _mm512_setzero_si512());
  const bool finite = _mm512_cmpge_epu32_mask(largest, _mm512_set1_epi32(kInfinity)) == 0;
  return finite ? static_cast<std::ptrdiff_t>(count) : -1;
}

// How many elements before theirs the rivals of eight stand, less one.
TSUGI_AVX512_INLINE __m256i before8(const std::uint32_t* above, __m512d scale) {
  const __m256i drawn = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(above));
  return _mm512_cvttpd_epu32(_mm512_mul_pd(_mm512_cvtepu32_pd(drawn), scale));
}

// Which open elements rank above their rivals; see Rival.
TSUGI_AVX512 void compare_with_rivals(std::size_t n, std::size_t count, const RankedDraws& draws, Row& row) {
  const unsigned turned = draws.rather_small ? 0xffffU : 0;
  const __m512d scale = _mm512_set1_pd(Rival(n, draws).scale);
  const __m512i length = _mm512_set1_epi32(static_cast<int>(n));
  const __m512i one = _mm512_set1_epi32(1);
  const std::uint32_t* const sizes = row.sizes.data();
  for (std::size_t k = 0; k < count; k += kLanes) {
    const std::uint32_t* const above = row.above.data() + k;
    const __m512i before =
        _mm512_inserti32x8(_mm512_castsi256_si512(before8(above, scale)), before8(above + kHalf, scale), 1);
    const __m512i place = _mm512_loadu_si512(row.places.data() + k);
    const __m512i back = _mm512_sub_epi32(_mm512_sub_epi32(place, one), before);
    const __m512i rivals = _mm512_mask_add_epi32(back, _mm512_movepi32_mask(back), back, length);
    const __m512i theirs = _mm512_i32gather_epi32(rivals, sizes, sizeof(std::uint32_t));
    const __m512i own = _mm512_loadu_si512(row.own.data() + k);
    const __mmask16 equal = _mm512_cmpeq_epi32_mask(theirs, own);
    const unsigned lower = static_cast<unsigned>(_mm512_cmplt_epi32_mask(theirs, own)) |
                           static_cast<unsigned>(_mm512_mask_cmplt_epi32_mask(equal, rivals, place));
    row.wins[k / kLanes] = static_cast<std::uint16_t>(lower ^ turned);
  }
}

// Puts the next wins where their elements are, as many as a Word has bits.
template <class Word>
TSUGI_AVX512_INLINE void mark_next_wins(const Row& row, std::size_t i, std::size_t& at,
                                        std::uint16_t* marks) {
  std::uint64_t next = 0;
  std::memcpy(&next, reinterpret_cast<const std::byte*>(row.wins.data()) + at / 8, sizeof(next));
  Word open = 0;
  Word marked = 0;
  std::memcpy(&open, row.open.data() + i, sizeof(open));
  std::memcpy(&marked, marks + i, sizeof(marked));
  marked = static_cast<Word>(marked | _pdep_u64(next >> at % 8, open));
  std::memcpy(marks + i, &marked, sizeof(marked));
  at += number_of(open);
}

TSUGI_AVX512 void mark_wins(std::size_t n, const Row& row, std::uint16_t* marks) {
  const std::size_t words = n / kLanes;
  std::size_t at = 0;
  std::size_t i = 0;
  for (; i + 1 < words; i += 2) mark_next_wins<std::uint32_t>(row, i, at, marks);
  if (i < words) mark_next_wins<std::uint16_t>(row, i, at, marks);
}

}  // namespace

bool mark_by_rank(const StoredPair& pair, const RankedDraws& draws, Marks marks) {
  if (pair.n > kLongestRow || pair.n % kLanes != 0 || draws.stride != 1) return false;
  thread_local Row row;
  row.resize(pair.n);
  const std::ptrdiff_t open = draw_row(pair, draws, row, marks.data());
  if (open < 0) return false;
  compare_with_rivals(pair.n, static_cast<std::size_t>(open), draws, row);
  mark_wins(pair.n, row, marks.data());
  return true;
}
#else
bool mark_by_rank(const StoredPair&, const RankedDraws&, Marks) {
  std::abort();  // never called: can_use_avx512() is false
}
#endif

}  // namespace tsugi::merge::steps
