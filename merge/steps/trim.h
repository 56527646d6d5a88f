// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Keeping the largest of a tensor and dropping the rest.
#pragma once

#include <cstdint>
#include <span>

#include "merge/methods/method.h"

namespace tsugi::merge::steps {

/// k of "keep this share of n": max(1, trunc(density n)) in f64 as in mergekit (0.29 of 100 is 28); all from
/// density 1 on, none at 0.
std::uint64_t kept_of(double density, std::uint64_t n);

/// Sets to 0 each value of tile `tile` whose magnitude is not among the kept ones. The keys of `rank` are
/// magnitudes.
void trim(std::span<float> values, const RankThreshold& rank, std::size_t tile);

}  // namespace tsugi::merge::steps
