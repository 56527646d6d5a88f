// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/rank_bracket.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>

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

std::int32_t as_signed(std::uint32_t bits) {
  return static_cast<std::int32_t>(std::min<std::uint32_t>(bits, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

std::uint32_t kth_largest(std::span<std::uint32_t> keys, std::size_t k) {
  // Bins of equal width between the extremes: nth_element has one of them left to sort out.
  constexpr std::size_t kBins = 2048;
  const auto [least, most] = std::minmax_element(keys.begin(), keys.end());
  const std::uint32_t low = *least;
  const auto wide = static_cast<int>(std::bit_width(*most - low));
  const int shift = std::max(0, wide - static_cast<int>(std::bit_width(kBins - 1)));
  std::array<std::size_t, kBins> counts{};
  for (const std::uint32_t key : keys) ++counts[(key - low) >> shift];
  std::size_t bin = kBins - 1;
  for (; counts[bin] < k; --bin) k -= counts[bin];
  const auto end = std::partition(keys.begin(), keys.end(),
                                  [&](std::uint32_t key) { return (key - low) >> shift == bin; });
  const auto place = keys.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(keys.begin(), place, end, std::greater<>());
  return *place;
}

Bracket bracket_of(std::vector<std::uint32_t> sample, std::size_t tile, double share) {
  const auto size = static_cast<double>(sample.size());
  const auto at = [&](double rank) {
    return static_cast<std::size_t>(std::clamp(std::floor(rank), 1.0, size));
  };
  std::vector<std::uint32_t> keys = sample;
  const std::uint32_t middle = kth_largest(keys, at(share * size));
  // The spread of the tiles' own counts tells how far off the sample's rank may be.
  const std::size_t tiles = std::max<std::size_t>(1, sample.size() / tile);
  double squares = 0;
  for (std::size_t i = 0; i < tiles; ++i) {
    const auto begin = sample.begin() + static_cast<std::ptrdiff_t>(i * tile);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(tile, sample.size() - i * tile));
    const auto over = static_cast<double>(std::count_if(begin, end, [&](auto key) { return key > middle; }));
    const double difference = over - share * static_cast<double>(tile);
    squares += difference * difference;
  }
  // Five standard errors: once in a million tensors the bracket misses and histograms are taken instead.
  // Eight more for tails, where counts are too small for a spread.
  const double margin = 5 * std::sqrt(squares) + 8;
  Bracket bracket;
  const double high = share * size - margin;
  const double low = share * size + margin;
  if (high >= 1) bracket.high = kth_largest(keys, at(high));
  if (low <= size) bracket.low = kth_largest(keys, at(low));
  const auto inside = std::count_if(sample.begin(), sample.end(), [&](std::uint32_t key) {
    return key >= bracket.low && key <= bracket.high;
  });
  bracket.share = static_cast<double>(inside) / size;
  return bracket;
}

InsideKeys::InsideKeys(const Bracket& bracket, std::size_t room) : bracket_(bracket), room_(room) {}

void InsideKeys::add(std::span<const float> keys) {
  thread_local std::vector<std::uint8_t> marks;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  marks.resize((keys.size() + kWord - 1) / kWord * kWord);
  std::fill(marks.end() - static_cast<std::ptrdiff_t>(marks.size() - keys.size()), marks.end(),
            std::uint8_t{0});
  above_ +=
      mark_inside(keys.data(), keys.size(), as_signed(bracket_.low), as_signed(bracket_.high), marks.data());
  if (bracket_.single()) {
    const auto equal = static_cast<std::size_t>(std::count(marks.begin(), marks.end(), std::uint8_t{1}));
    return ends_.push_back((ends_.empty() ? 0 : ends_.back()) + equal);
  }
  if (keys_.capacity() == 0) keys_.reserve(room_);
  for (std::size_t i = 0; i < marks.size() && !full_; i += kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, marks.data() + i, kWord);
    for (; word != 0; word &= word - 1) {
      full_ = keys_.size() == room_;
      if (full_) break;
      const auto place = i + static_cast<std::size_t>(std::countr_zero(word)) / 8;
      keys_.push_back(std::bit_cast<std::uint32_t>(keys[place]));
    }
  }
  ends_.push_back(keys_.size());
}

}  // namespace tsugi::merge
