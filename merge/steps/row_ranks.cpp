// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/row_ranks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

namespace tsugi::merge::steps {
namespace {

// A magnitude's bits above its index: ordered by both, and one move instead of two.
using Entry = std::uint64_t;

std::uint32_t index_of(Entry entry) {
  return static_cast<std::uint32_t>(entry);
}

// Below this the bins of a radix sort cost more than comparing does.
constexpr std::size_t kLeastForRadix = 512;

// The 31 bits of a magnitude in digits of 11, 10 and 10 bits: 8 KB of counts at a time stay in the nearest
// cache, and three passes do.
void sort_by_digits(std::vector<Entry>& entries, std::vector<Entry>& other) {
  struct Digit {
    unsigned shift;
    unsigned bits;
  };
  constexpr std::array kDigits{Digit{32, 11}, Digit{43, 10}, Digit{53, 10}};
  for (const Digit& digit : kDigits) {
    std::array<std::uint32_t, 1U << 11> places{};
    const std::uint64_t mask = (std::uint64_t{1} << digit.bits) - 1;
    for (const Entry entry : entries) ++places[entry >> digit.shift & mask];
    std::uint32_t sum = 0;
    for (std::uint32_t& place : places) sum += std::exchange(place, sum);
    for (const Entry entry : entries) other[places[entry >> digit.shift & mask]++] = entry;
    entries.swap(other);
  }
}

}  // namespace

void rank_magnitudes(std::span<const float> values, std::span<std::uint32_t> ranks) {
  thread_local std::vector<Entry> entries;
  thread_local std::vector<Entry> other;
  entries.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    entries[i] = std::uint64_t{std::bit_cast<std::uint32_t>(values[i]) & 0x7fffffffu} << 32 | i;
  if (values.size() < kLeastForRadix) {
    std::sort(entries.begin(), entries.end());
  } else {
    other.resize(values.size());
    sort_by_digits(entries, other);
  }
  for (std::size_t rank = 0; rank < entries.size(); ++rank)
    ranks[index_of(entries[rank])] = static_cast<std::uint32_t>(rank);
}

}  // namespace tsugi::merge::steps
