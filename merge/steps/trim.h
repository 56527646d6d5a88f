// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Keeping the largest of a tensor, or a band of middling ones, and dropping the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "merge/methods/method.h"

namespace tsugi::merge::steps {

/// trunc(share n) in f64 as in mergekit (0.29 of 100 is 28), at most n; 0 for a share below 0.
std::uint64_t share_of(double share, std::uint64_t n);

/// k of "keep this share of n": max(1, share_of(density, n)); all from density 1 on, none at 0.
std::uint64_t kept_of(double density, std::uint64_t n);

/// Sets to 0 each value of tile `tile` whose magnitude is not among the kept ones. The keys of `rank` are
/// magnitudes.
void trim(std::span<float> values, const RankThreshold& rank, std::size_t tile);

/// out = x - base, then trim(out).
void subtract_trimmed(std::span<const float> x, std::span<const float> base, const RankThreshold& rank,
                      std::size_t tile, std::span<float> out);

/// Keys of which the largest belong to the smallest |x - base|, down to 0 for an infinite one: of equal
/// magnitudes the first in flat order rank as the smaller.
void smallness(std::span<const float> x, std::span<const float> base, std::span<float> out);

/// The smallest ones of `dropped` and those outside of the smallest ones of `within`, which are at least as
/// many, are 0 in out = x - base. The keys of both are smallness().
struct Band {
  const RankThreshold& dropped;
  const RankThreshold& within;
};
void subtract_outside(std::span<const float> x, std::span<const float> base, const Band& band,
                      std::size_t tile, std::span<float> out);

/// Bits of magnitudes, `high` left out.
struct MagnitudeRange {
  std::uint32_t low;
  std::uint32_t high;
};

/// What trim() keeps of a tile, if that is a range of magnitudes: none where of equal ones some are kept.
std::optional<MagnitudeRange> largest_in(const RankThreshold& rank, std::size_t tile);
/// The same for subtract_outside().
std::optional<MagnitudeRange> band_in(const Band& band, std::size_t tile);

}  // namespace tsugi::merge::steps
