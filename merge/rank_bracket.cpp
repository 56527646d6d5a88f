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

// 16 KB of counts stay in the nearest cache.
constexpr std::size_t kBins = 4096;

Ranks::Ranks(std::span<const std::uint32_t> keys) : keys_(keys), counts_(kBins) {
  const auto [least, most] = std::minmax_element(keys.begin(), keys.end());
  least_ = *least;
  const auto wide = static_cast<int>(std::bit_width(*most - least_));
  shift_ = std::max(0, wide - static_cast<int>(std::bit_width(kBins - 1)));
  for (const std::uint32_t key : keys) ++counts_[bin_of(key)];
}

std::uint32_t Ranks::at(std::size_t k) const {
  std::size_t bin = kBins - 1;
  for (; counts_[bin] < k; --bin) k -= counts_[bin];
  std::vector<std::uint32_t> inside;
  inside.reserve(counts_[bin]);
  for (const std::uint32_t key : keys_) {
    if (bin_of(key) == bin) inside.push_back(key);
  }
  const auto place = inside.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(inside.begin(), place, inside.end(), std::greater<>());
  return *place;
}

Bracket bracket_of(std::span<const std::uint32_t> sample, std::size_t tile, double share) {
  const auto size = static_cast<double>(sample.size());
  const auto at = [&](double rank) {
    return static_cast<std::size_t>(std::clamp(std::floor(rank), 1.0, size));
  };
  const Ranks ranks(sample);
  const std::uint32_t middle = ranks.at(at(share * size));
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
  if (high >= 1) bracket.high = ranks.at(at(high));
  if (low <= size) bracket.low = ranks.at(at(low));
  const auto inside = std::count_if(sample.begin(), sample.end(), [&](std::uint32_t key) {
    return key >= bracket.low && key <= bracket.high;
  });
  bracket.share = static_cast<double>(inside) / size;
  return bracket;
}

InsideKeys::InsideKeys(const Bracket& bracket, std::size_t room) : bracket_(bracket), room_(room) {}

void InsideKeys::add(std::span<const float> keys) {
  thread_local std::vector<std::uint8_t> marks;
  // Few keys are inside: eight words of marks at a time are looked at, and mostly passed over.
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kStep = 8;
  marks.assign((keys.size() + kStep * kWord - 1) / (kStep * kWord) * kStep * kWord, 0);
  above_ +=
      mark_inside(keys.data(), keys.size(), as_signed(bracket_.low), as_signed(bracket_.high), marks.data());
  if (bracket_.single()) {
    const auto equal = static_cast<std::size_t>(std::count(marks.begin(), marks.end(), std::uint8_t{1}));
    return ends_.push_back((ends_.empty() ? 0 : ends_.back()) + equal);
  }
  if (keys_.capacity() == 0) keys_.reserve(room_);
  for (std::size_t i = 0; i < marks.size() && !full_; i += kStep * kWord) {
    std::array<std::uint64_t, kStep> words{};
    std::memcpy(words.data(), marks.data() + i, sizeof(words));
    std::uint64_t any = 0;
    for (const std::uint64_t word : words) any |= word;
    if (any == 0) continue;
    for (std::size_t w = 0; w < kStep; ++w) keep(keys.data() + i + w * kWord, words[w]);
  }
  ends_.push_back(keys_.size());
}

// Those of eight keys that are marked.
void InsideKeys::keep(const float* keys, std::uint64_t marks) {
  for (; marks != 0 && !full_; marks &= marks - 1) {
    full_ = keys_.size() == room_;
    if (full_) return;
    keys_.push_back(
        std::bit_cast<std::uint32_t>(keys[static_cast<std::size_t>(std::countr_zero(marks)) / 8]));
  }
}

}  // namespace tsugi::merge
