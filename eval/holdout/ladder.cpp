// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/holdout/ladder.h"

#include <fmt/format.h>

#include <cmath>

#include "eval/metrics/intervals.h"
#include "recipes/error.h"

namespace tsugi::eval {

double Ladder::ask(std::span<const double> values) {
  if (values.empty() || (released_ && values.size() != best_.size())) {
    throw Error(fmt::format("ladder: {} values after {}", values.size(), best_.size()));
  }
  ++queries_;
  const auto items = static_cast<double>(values.size());
  const double mean = mean_of(values);
  if (released_ && !(mean > *released_ + strictness_ * paired_standard_error(values, best_)))
    return *released_;
  ++releases_;
  best_.assign(values.begin(), values.end());
  released_ = std::round(mean * items) / items;
  return *released_;
}

}  // namespace tsugi::eval
