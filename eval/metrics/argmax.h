// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The choice that a model finds likeliest.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "eval/metrics/metric.h"

namespace tsugi::eval {

/// numpy.argmax: the first of the largest; NaN counts as largest.
inline int argmax(std::span<const double> values) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (std::isnan(values[best])) break;
    if (std::isnan(values[i]) || values[i] > values[best]) best = i;
  }
  return static_cast<int>(best);
}

/// Whether a choice is right; one of several may be.
inline bool is_right(const Item& item, int choice) {
  if (item.golds.size() <= 1) return choice == item.gold;
  return std::find(item.golds.begin(), item.golds.end(), choice) != item.golds.end();
}

/// 1 when the likeliest choice, each log-likelihood divided by the length of its choice, is the right one. A
/// choice without length gives infinity or NaN, as in numpy.
template <class Length>
double right_by_length(const Item& item, const Answer& answer, Length length) {
  std::vector<double> normalised = answer.log_likelihoods;
  for (std::size_t i = 0; i < normalised.size(); ++i)
    normalised[i] /= static_cast<double>(length(item.choices[i]));
  return is_right(item, argmax(normalised)) ? 1 : 0;
}

}  // namespace tsugi::eval
