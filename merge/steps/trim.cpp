// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/trim.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <optional>

#include "merge/clones.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge::steps {
namespace {

// Bits and masks in place of conditionals: GCC 12 vectorises these. Magnitudes order like their bits.
inline std::uint32_t magnitude_bits(float value) {
  return std::bit_cast<std::uint32_t>(value) & 0x7fffffffu;
}

// Keeps magnitudes whose bits are at least `least`.
TSUGI_CLONES void keep_from(float* values, std::size_t n, std::uint32_t least) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(values[i]);
    const std::uint32_t mask = 0u - static_cast<std::uint32_t>(magnitude_bits(values[i]) >= least);
    values[i] = std::bit_cast<float>(bits & mask);
  }
}

TSUGI_CLONES std::uint32_t count_equal(const float* values, std::size_t n, std::uint32_t bits) {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += static_cast<std::uint32_t>(magnitude_bits(values[i]) == bits);
  return count;
}

// One past the `count`-th value equal to the threshold, or the end. Whole blocks are counted at once, so that
// only one is walked value by value.
std::size_t end_of_ties(std::span<const float> values, std::uint32_t threshold, std::uint64_t count) {
  constexpr std::size_t kBlock = 256;
  for (std::size_t begin = 0; begin < values.size(); begin += kBlock) {
    const std::size_t size = std::min(kBlock, values.size() - begin);
    const std::uint32_t here = count_equal(values.data() + begin, size, threshold);
    if (here < count) {
      count -= here;
      continue;
    }
    std::size_t i = begin;
    for (; count > 0; ++i) count -= magnitude_bits(values[i]) == threshold ? 1 : 0;
    return i;
  }
  return values.size();
}

// How equals of the threshold are kept in one tile.
enum class Ties { none, all, some };

Ties ties_in(const RankThreshold& rank, std::size_t tile) {
  const std::uint64_t before = rank.ties_kept == 0 ? 0 : rank.ties_before[tile];
  if (before >= rank.ties_kept) return Ties::none;
  const std::size_t next = tile + 1;
  return next < rank.ties_before.size() && rank.ties_before[next] <= rank.ties_kept ? Ties::all : Ties::some;
}

TSUGI_CLONES void keep_deltas_from(const float* x, const float* base, float* out, std::size_t n,
                                   std::uint32_t least) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(x[i] - base[i]);
    const std::uint32_t mask = 0u - static_cast<std::uint32_t>((bits & 0x7fffffffu) >= least);
    out[i] = std::bit_cast<float>(bits & mask);
  }
}

constexpr std::uint32_t kInfinity = 0x7f800000u;

TSUGI_CLONES void smallness_n(const float* x, const float* base, float* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    out[i] = std::bit_cast<float>(kInfinity - magnitude_bits(x[i] - base[i]));
}

// Keeps magnitudes whose bits are in [low, high).
TSUGI_CLONES void keep_within(float* values, std::size_t n, std::uint32_t low, std::uint32_t high) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t magnitude = magnitude_bits(values[i]);
    const std::uint32_t mask = 0u - static_cast<std::uint32_t>((magnitude >= low) & (magnitude < high));
    values[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(values[i]) & mask);
  }
}

TSUGI_CLONES void keep_deltas_within(const float* x, const float* base, float* out, std::size_t n,
                                     std::uint32_t low, std::uint32_t high) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(x[i] - base[i]);
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    const std::uint32_t mask = 0u - static_cast<std::uint32_t>((magnitude >= low) & (magnitude < high));
    out[i] = std::bit_cast<float>(bits & mask);
  }
}

// Chosen as small are magnitudes whose bits are below `limit + 1` before `split`, below `limit` after it.
struct Cut {
  std::uint32_t limit;
  std::size_t split;

  std::uint32_t at(std::size_t i) const { return i < split ? limit + 1 : limit; }
};

// The same for all of a tile, or none.
std::optional<std::uint32_t> limit_of(const RankThreshold& rank, std::size_t tile) {
  if (rank.threshold < 0) return kInfinity + 1;
  const std::uint32_t limit = kInfinity - std::bit_cast<std::uint32_t>(rank.threshold);
  const Ties ties = ties_in(rank, tile);
  if (ties == Ties::some) return std::nullopt;
  return ties == Ties::all ? limit + 1 : limit;
}

Cut cut_of(std::span<const float> values, const RankThreshold& rank, std::size_t tile) {
  if (rank.threshold < 0) return {kInfinity, values.size()};
  const std::uint32_t limit = kInfinity - std::bit_cast<std::uint32_t>(rank.threshold);
  const std::uint64_t before = rank.ties_kept == 0 ? 0 : rank.ties_before[tile];
  if (before >= rank.ties_kept) return {limit, 0};
  return {limit, end_of_ties(values, limit, rank.ties_kept - before)};
}

}  // namespace

std::uint64_t share_of(double share, std::uint64_t n) {
  if (share <= 0) return 0;
  if (share >= 1) return n;
  return std::min(n, static_cast<std::uint64_t>(share * static_cast<double>(n)));
}

std::uint64_t kept_of(double density, std::uint64_t n) {
  if (density >= 1) return n;
  if (density <= 0) return 0;
  return std::min<std::uint64_t>(n, std::max<std::uint64_t>(1, share_of(density, n)));
}

void trim(std::span<float> values, const RankThreshold& rank, std::size_t tile) {
  if (rank.threshold < 0) return;
  const auto threshold = std::bit_cast<std::uint32_t>(rank.threshold);
  const std::uint64_t before = rank.ties_kept == 0 ? 0 : rank.ties_before[tile];
  if (before >= rank.ties_kept) return keep_from(values.data(), values.size(), threshold + 1);
  const std::size_t end = end_of_ties(values, threshold, rank.ties_kept - before);
  keep_from(values.data(), end, threshold);
  keep_from(values.data() + end, values.size() - end, threshold + 1);
}

std::optional<MagnitudeRange> largest_in(const RankThreshold& rank, std::size_t tile) {
  if (rank.threshold < 0) return MagnitudeRange{0, kInfinity + 1};
  const Ties ties = ties_in(rank, tile);
  if (ties == Ties::some) return std::nullopt;
  const auto threshold = std::bit_cast<std::uint32_t>(rank.threshold);
  const std::uint32_t low = ties == Ties::all ? threshold : threshold + 1;
  return MagnitudeRange{std::min(low, kInfinity + 1), kInfinity + 1};
}

void subtract_trimmed(std::span<const float> x, std::span<const float> base, const RankThreshold& rank,
                      std::size_t tile, std::span<float> out) {
  const Ties ties = ties_in(rank, tile);
  if (rank.threshold < 0 || ties == Ties::some) {
    subtract(x, base, out);
    return trim(out, rank, tile);
  }
  const auto threshold = std::bit_cast<std::uint32_t>(rank.threshold);
  keep_deltas_from(x.data(), base.data(), out.data(), out.size(),
                   ties == Ties::all ? threshold : threshold + 1);
}

void smallness(std::span<const float> x, std::span<const float> base, std::span<float> out) {
  smallness_n(x.data(), base.data(), out.data(), out.size());
}

std::optional<MagnitudeRange> band_in(const Band& band, std::size_t tile) {
  const auto low = limit_of(band.dropped, tile);
  const auto high = limit_of(band.within, tile);
  if (!low || !high) return std::nullopt;
  return MagnitudeRange{*low, std::max(*low, *high)};
}

void subtract_outside(std::span<const float> x, std::span<const float> base, const Band& band,
                      std::size_t tile, std::span<float> values) {
  const auto least = limit_of(band.dropped, tile);
  const auto end_of_all = limit_of(band.within, tile);
  if (least && end_of_all)
    return keep_deltas_within(x.data(), base.data(), values.data(), values.size(), *least, *end_of_all);
  subtract(x, base, values);
  const Cut low = cut_of(values, band.dropped, tile);
  const Cut high = cut_of(values, band.within, tile);
  // Both limits are constant between the splits.
  const auto [first, second] = std::minmax(low.split, high.split);
  std::size_t begin = 0;
  for (const std::size_t end : {first, second, values.size()}) {
    if (end > begin) keep_within(values.data() + begin, end - begin, low.at(begin), high.at(begin));
    begin = end;
  }
}

}  // namespace tsugi::merge::steps
