// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace tsugi::merge {

/// Sums that do not depend on a recipe's numbers, kept between the candidates of a search, by
/// PlannedTensor::inputs_fingerprint. Thread-safe.
class ReductionCache {
 public:
  /// False, and `sums` is left as it is, where there are none.
  bool find(std::uint64_t inputs, std::vector<double>& sums) const;
  void keep(std::uint64_t inputs, const std::vector<double>& sums);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::vector<double>> sums_;  // only looked up: its order shows nowhere
};

}  // namespace tsugi::merge
