// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/rank_bracket.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <iterator>
#include <utility>

#include "merge/avx512.h"
#include "merge/clones.h"

namespace tsugi::merge {
namespace {

// Counts keys above `high` and marks those from `low` to `high` with a byte of 1. Bits of non-negative f32
// compare the same with a sign, which is what vectors of integers can do.
TSUGI_CLONES std::uint32_t mark_inside(const float* keys, std::size_t n, std::int32_t low, std::int32_t high,
                                       std::uint8_t* marks) {
  std::uint32_t above = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::int32_t>(keys[i]);
    above += static_cast<std::uint32_t>(bits > high);
    marks[i] =
        static_cast<std::uint8_t>(static_cast<unsigned>(bits >= low) & static_cast<unsigned>(bits <= high));
  }
  return above;
}

constexpr std::size_t kVector = 16;  // values of f32 in the longest registers

#if TSUGI_HAS_AVX512
struct Limits {
  std::int32_t low;
  std::int32_t high;
};

// Which of the sixteen keys from i on are inside; adds those above.
TSUGI_AVX512_INLINE __mmask16 inside16(const float* keys, std::size_t i, std::size_t n, const Limits& limits,
                                       __m512i& bits, std::uint64_t& above) {
  constexpr unsigned kAll = 0xffff;
  const auto there = static_cast<__mmask16>(n - i >= kVector ? kAll : kAll >> (kVector - (n - i)));
  bits = _mm512_maskz_loadu_epi32(there, keys + i);
  const __m512i low = _mm512_set1_epi32(limits.low);
  const __m512i high = _mm512_set1_epi32(limits.high);
  const __mmask16 over = _mm512_mask_cmpgt_epi32_mask(there, bits, high);
  above += static_cast<unsigned>(std::popcount(static_cast<std::uint16_t>(over)));
  return _mm512_mask_cmpge_epi32_mask(static_cast<__mmask16>(there & ~over), bits, low);
}

TSUGI_AVX512 std::size_t count_inside(const float* keys, std::size_t n, const Limits& limits,
                                      std::uint64_t& above) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; i += kVector) {
    __m512i bits;
    const __mmask16 inside = inside16(keys, i, n, limits, bits, above);
    count += static_cast<unsigned>(std::popcount(static_cast<std::uint16_t>(inside)));
  }
  return count;
}

// Puts keys inside behind each other, past `room` only up to a vector. False if there are more.
TSUGI_AVX512 bool collect_inside(const float* keys, std::size_t n, const Limits& limits, std::size_t room,
                                 std::uint32_t* out, std::uint64_t& above, std::size_t& count) {
  std::size_t place = count;
  for (std::size_t i = 0; i < n; i += kVector) {
    __m512i bits;
    const __mmask16 inside = inside16(keys, i, n, limits, bits, above);
    // Without asking whether there are any, which no processor would foresee; in a register, as storing
    // compressed takes one of AMD's a hundred cycles.
    _mm512_storeu_si512(out + place, _mm512_maskz_compress_epi32(inside, bits));
    place += static_cast<unsigned>(std::popcount(static_cast<std::uint16_t>(inside)));
    if (place > room) return false;
  }
  count = place;
  return true;
}
#endif

std::int32_t as_signed(std::uint32_t bits) {
  return static_cast<std::int32_t>(std::min<std::uint32_t>(bits, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

// 16 KB of counts stay in the nearest cache.
constexpr std::size_t kBins = 4096;

Ranks::Ranks(Parts keys, std::uint32_t least, std::uint32_t most)
    : parts_(std::move(keys)), least_(least), counts_(kBins) {
  const auto wide = static_cast<int>(std::bit_width(most - least));
  shift_ = std::max(0, wide - static_cast<int>(std::bit_width(kBins - 1)));
  for (const auto& part : parts_) {
    for (const std::uint32_t key : part) ++counts_[bin_of(key)];
  }
}

RankedKey Ranks::at(std::size_t k) const {
  std::size_t bin = kBins - 1;
  std::size_t above = 0;
  for (; above + counts_[bin] < k; --bin) above += counts_[bin];
  std::vector<std::uint32_t> inside;
  inside.reserve(counts_[bin]);
  for (const auto& part : parts_) {
    std::copy_if(part.begin(), part.end(), std::back_inserter(inside),
                 [&](std::uint32_t key) { return bin_of(key) == bin; });
  }
  const auto place = inside.begin() + static_cast<std::ptrdiff_t>(k - above - 1);
  std::nth_element(inside.begin(), place, inside.end(), std::greater<>());
  const std::uint32_t found = *place;
  const auto larger = std::count_if(inside.begin(), inside.end(), [&](auto key) { return key > found; });
  const auto equal = std::count(inside.begin(), inside.end(), found);
  return {.key = found,
          .above = above + static_cast<std::size_t>(larger),
          .equal = static_cast<std::size_t>(equal)};
}

Bracket bracket_of(std::span<const std::uint32_t> sample, std::size_t tile, double share) {
  const auto size = static_cast<double>(sample.size());
  const auto at = [&](double rank) {
    return static_cast<std::size_t>(std::clamp(std::floor(rank), 1.0, size));
  };
  const auto [least, most] = std::minmax_element(sample.begin(), sample.end());
  const Ranks ranks({sample}, *least, *most);
  const std::uint32_t middle = ranks.at(at(share * size)).key;
  // The spread of the tiles' own counts tells how far off the sample's rank may be.
  double squares = 0;
  for (std::size_t begin = 0; begin < sample.size(); begin += tile) {
    const std::span<const std::uint32_t> own = sample.subspan(begin, std::min(tile, sample.size() - begin));
    const auto over =
        static_cast<double>(std::count_if(own.begin(), own.end(), [&](auto key) { return key > middle; }));
    const double difference = over - share * static_cast<double>(own.size());
    squares += difference * difference;
  }
  // Four standard errors: once in ten thousand tensors the bracket misses and histograms are taken instead.
  // Eight more for tails, where counts are too small for a spread.
  const double margin = 4 * std::sqrt(squares) + 8;
  Bracket bracket;
  const double high = share * size - margin;
  const double low = share * size + margin;
  if (high >= 1) bracket.high = ranks.at(at(high)).key;
  if (low <= size) bracket.low = ranks.at(at(low)).key;
  const auto inside = std::count_if(sample.begin(), sample.end(), [&](std::uint32_t key) {
    return key >= bracket.low && key <= bracket.high;
  });
  bracket.share = static_cast<double>(inside) / size;
  return bracket;
}

InsideKeys::InsideKeys(const Bracket& bracket, std::size_t room) : bracket_(bracket), room_(room) {}

void InsideKeys::add(std::span<const float> keys) {
  if (!bracket_.single() && keys_ == nullptr)
    keys_ = std::make_unique_for_overwrite<std::uint32_t[]>(room_ + kVector);
#if TSUGI_HAS_AVX512
  if (can_use_avx512()) {
    const Limits limits{as_signed(bracket_.low), as_signed(bracket_.high)};
    if (bracket_.single()) {
      count_ += count_inside(keys.data(), keys.size(), limits, above_);
    } else if (!full_) {
      full_ = !collect_inside(keys.data(), keys.size(), limits, room_, keys_.get(), above_, count_);
    }
    return ends_.push_back(count_);
  }
#endif
  thread_local std::vector<std::uint8_t> marks;
  // Few keys are inside: eight words of marks at a time are looked at, and mostly passed over.
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kStep = 8;
  marks.assign((keys.size() + kStep * kWord - 1) / (kStep * kWord) * kStep * kWord, 0);
  above_ +=
      mark_inside(keys.data(), keys.size(), as_signed(bracket_.low), as_signed(bracket_.high), marks.data());
  if (bracket_.single()) {
    count_ += static_cast<std::size_t>(std::count(marks.begin(), marks.end(), std::uint8_t{1}));
    return ends_.push_back(count_);
  }
  for (std::size_t i = 0; i < marks.size() && !full_; i += kStep * kWord) {
    std::array<std::uint64_t, kStep> words{};
    std::memcpy(words.data(), marks.data() + i, sizeof(words));
    std::uint64_t any = 0;
    for (const std::uint64_t word : words) any |= word;
    if (any == 0) continue;
    for (std::size_t w = 0; w < kStep; ++w) keep(keys.data() + i + w * kWord, words[w]);
  }
  ends_.push_back(count_);
}

// Those of eight keys that are marked.
void InsideKeys::keep(const float* keys, std::uint64_t marks) {
  for (; marks != 0 && !full_; marks &= marks - 1) {
    full_ = count_ == room_;
    if (full_) return;
    keys_[count_++] =
        std::bit_cast<std::uint32_t>(keys[static_cast<std::size_t>(std::countr_zero(marks)) / 8]);
  }
}

}  // namespace tsugi::merge
