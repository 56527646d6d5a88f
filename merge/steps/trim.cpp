// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/trim.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "merge/clones.h"

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

}  // namespace

std::uint64_t kept_of(double density, std::uint64_t n) {
  if (density >= 1) return n;
  if (density <= 0) return 0;
  return std::min<std::uint64_t>(
      n, std::max<std::uint64_t>(1, static_cast<std::uint64_t>(density * static_cast<double>(n))));
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

}  // namespace tsugi::merge::steps
