// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/reduction_cache.h"

namespace tsugi::merge {

bool ReductionCache::find(std::uint64_t inputs, std::vector<double>& sums) const {
  const std::lock_guard lock(mutex_);
  const auto found = sums_.find(inputs);
  if (found == sums_.end()) return false;
  sums = found->second;
  return true;
}

void ReductionCache::keep(std::uint64_t inputs, const std::vector<double>& sums) {
  const std::lock_guard lock(mutex_);
  sums_.emplace(inputs, sums);
}

}  // namespace tsugi::merge
