// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Giving a thinned task vector back the L1 norm it had.
#pragma once

namespace tsugi::merge::steps {

/// sum|d| / sum|d kept|, both over the whole tensor; 1 when either is below 1e-7, as in mergekit.
inline double l1_ratio(double full, double kept) {
  constexpr double kLeast = 1e-7;
  return full < kLeast || kept < kLeast ? 1.0 : full / kept;
}

}  // namespace tsugi::merge::steps
