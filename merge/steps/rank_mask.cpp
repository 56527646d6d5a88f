// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/rank_mask.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "merge/clones.h"
#include "merge/steps/asked_rank.h"
#include "merge/steps/random_mask.h"
#include "merge/steps/row_ranks.h"

namespace tsugi::merge::steps {
namespace {

// f32 does not tell the ranks of longer rows apart.
constexpr std::size_t kLongest = std::size_t{1} << 24;

enum State : std::uint8_t { dropped = 0, kept = 1, undecided = 2 };

struct Row {
  std::vector<float> sizes;  // magnitudes
  std::vector<std::int32_t> bins;
  std::vector<float> draws;
  std::vector<std::uint8_t> states;

  void resize(std::size_t n) {
    sizes.resize(n);
    bins.resize(n);
    draws.resize(n);
    // Whole words, so that states are looked at eight at a time.
    states.assign((n + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t) * sizeof(std::uint64_t), dropped);
  }
};

TSUGI_CLONES float take_sizes(const float* __restrict__ values, float* __restrict__ sizes, std::size_t n) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(values[i]) & 0x7fffffffU;
    sizes[i] = std::bit_cast<float>(bits);
    largest = std::max(largest, bits);
  }
  return std::bit_cast<float>(largest);
}

TSUGI_CLONES void take_bins(const float* __restrict__ sizes, float scale, std::int32_t last,
                            std::int32_t* __restrict__ bins, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) bins[i] = std::min(static_cast<std::int32_t>(sizes[i] * scale), last);
}

TSUGI_CLONES void take_draws(const RankedDraws& from, float* __restrict__ draws, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    draws[i] = static_cast<float>(static_cast<std::int32_t>(draw(from.key, from.first + i * from.stride)));
}

// `starts[b]`: elements in the bins before b.
TSUGI_CLONES void decide(const float* __restrict__ draws, const std::int32_t* __restrict__ bins,
                         const float* __restrict__ starts, const Asked& from,
                         std::uint8_t* __restrict__ states, std::size_t n) {
  const float factor = from.factor;
  const float offset = from.offset;
  const float slack = from.slack;
  for (std::size_t i = 0; i < n; ++i) {
    const float asked = factor * draws[i] + offset;
    const float lowest = starts[bins[i]];
    const float highest = starts[bins[i] + 1] - 1;
    const auto sure = static_cast<unsigned>(lowest >= asked + slack);
    const auto open = static_cast<unsigned>(highest >= asked - slack) & ~sure & 1U;
    states[i] = static_cast<std::uint8_t>(sure | open << 1U);
  }
}

TSUGI_CLONES std::uint32_t count_before(const float* sizes, std::size_t place, std::size_t n) {
  const float own = sizes[place];
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < place; ++i) count += static_cast<std::uint32_t>(sizes[i] <= own);
  for (std::size_t i = place; i < n; ++i) count += static_cast<std::uint32_t>(sizes[i] < own);
  return count;
}

TSUGI_CLONES void keep_marked(float* __restrict__ values, const std::uint8_t* __restrict__ states,
                              std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t mask = 0U - static_cast<std::uint32_t>(states[i]);
    values[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(values[i]) & mask);
  }
}

void keep_by_sorting(std::span<float> values, const RankedDraws& draws) {
  thread_local std::vector<std::uint32_t> ranks;
  ranks.resize(values.size());
  rank_magnitudes(values, ranks);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_kept(draws, i, ranks[i])) values[i] = 0;
  }
}

// Elements in the bins before each, and behind the last bin all.
void take_starts(std::span<const std::int32_t> bins, std::size_t count, std::span<float> starts) {
  std::array<std::uint32_t, kMostBins> counts{};
  for (const std::int32_t bin : bins) ++counts[static_cast<std::size_t>(bin)];
  std::uint32_t sum = 0;
  for (std::size_t bin = 0; bin < count; ++bin) {
    starts[bin] = static_cast<float>(sum);
    sum += counts[bin];
  }
  starts[count] = static_cast<float>(sum);
}

// False if too many draws are undecided.
bool settle_undecided(const RankedDraws& draws, std::size_t n, Row& row) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::uint64_t kUndecided = 0x0202020202020202ULL;
  std::size_t left = kMostUndecided;
  for (std::size_t begin = 0; begin < n; begin += kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, row.states.data() + begin, kWord);
    for (word &= kUndecided; word != 0; word &= word - 1) {
      if (left-- == 0) return false;
      const std::size_t place = begin + static_cast<std::size_t>(std::countr_zero(word)) / 8;
      row.states[place] = is_kept(draws, place, count_before(row.sizes.data(), place, n)) ? kept : dropped;
    }
  }
  return true;
}

}  // namespace

void keep_by_rank(std::span<float> values, const RankedDraws& draws) {
  const std::size_t n = values.size();
  if (n < kShortestRow || n > kLongest || draws.step <= 0) return keep_by_sorting(values, draws);
  thread_local Row row;
  row.resize(n);
  const float largest = take_sizes(values.data(), row.sizes.data(), n);
  const std::size_t count = std::min(kMostBins, std::bit_ceil(n / 2));
  if (!std::isfinite(largest)) return keep_by_sorting(values, draws);
  // In a row of zeros every element is in the first bin.
  const float scale = std::min(static_cast<float>(count) / largest, std::numeric_limits<float>::max());
  take_bins(row.sizes.data(), scale, static_cast<std::int32_t>(count) - 1, row.bins.data(), n);
  std::array<float, kMostBins + 1> starts{};
  take_starts(row.bins, count, starts);
  take_draws(draws, row.draws.data(), n);
  decide(row.draws.data(), row.bins.data(), starts.data(), Asked(draws), row.states.data(), n);
  if (!settle_undecided(draws, n, row)) return keep_by_sorting(values, draws);
  keep_marked(values.data(), row.states.data(), n);
}

}  // namespace tsugi::merge::steps
