// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Counter-based draws for resampling: number k of resample r is a function of (seed, r, k) alone, so neither
// order nor threads matter. And the numbering of clusters that they draw from. For eval/metrics only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tsugi::eval {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): its increment and
// its mixing function. As a counter-based generator, number k of a stream that begins at s is mix(s + (k + 1)
// * kGolden).
constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15U;

constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

/// Where the stream of one resample begins; a function of (seed, resample) alone, so resamples may run in any
/// order.
constexpr std::uint64_t stream_of(std::uint64_t seed, std::uint64_t resample) {
  return mix(mix(seed + kGolden) + (resample + 1) * kGolden);
}

/// 64 random bits: number `draw` of a stream.
constexpr std::uint64_t bits_at(std::uint64_t stream, std::uint64_t draw) {
  return mix(stream + (draw + 1) * kGolden);
}

/// A number in [0, count) from 64 random bits: the high half of their product (Lemire, 2019). The bias is
/// count / 2^64.
constexpr std::size_t below(std::uint64_t bits, std::size_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(bits) * count) >> 64U);
}

/// Items' clusters, counted from 0 in the order in which they first appear.
struct ClusterNumbers {
  std::vector<std::size_t> of;  ///< [item]
  std::size_t count = 0;
};

/// `cluster` is [item]; empty means every item is its own. Throws Error when its length is another.
ClusterNumbers number_clusters(std::size_t items, std::span<const std::size_t> cluster);

}  // namespace tsugi::eval
