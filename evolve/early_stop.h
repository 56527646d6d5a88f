// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// When validation says that a search no longer gets better: what it says goes through the ladder.
#pragma once

#include <cstddef>
#include <span>

#include "eval/holdout/ladder.h"

namespace tsugi::evolve {

/// Stops after `patience` generations in a row whose mean the ladder did not release: none was better than
/// the last released one by a standard error of the paired difference.
class EarlyStop {
 public:
  /// 0 never stops.
  explicit EarlyStop(std::size_t patience) : patience_(patience) {}

  /// Contributions of validation's items to the fitness of the search's mean after one more generation; empty
  /// when it could not be scored, which counts as no release.
  void look(std::span<const double> contributions);

  bool reached() const { return patience_ > 0 && waited_ >= patience_; }
  const eval::Ladder& ladder() const { return ladder_; }

 private:
  std::size_t patience_;
  std::size_t waited_ = 0;
  eval::Ladder ladder_;
};

}  // namespace tsugi::evolve
