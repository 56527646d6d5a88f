// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/box.h"

#include <algorithm>
#include <cmath>

namespace tsugi::evolve {
namespace {

// min((ub - lb) / 2, max(1, |bound|) / 20) for the bounds 0 and 1: the same at both ends.
constexpr double kMargin = 0.05;

double into_unit(double x) {
  constexpr double kPeriod = 2 * (1 + 2 * kMargin);
  constexpr double kStart = -2 * kMargin - 0.5;
  if (x < kStart || x > 1 + 2 * kMargin + 0.5) x -= kPeriod * std::floor((x - kStart) / kPeriod);
  if (x > 1 + kMargin) x -= 2 * (x - 1 - kMargin);
  if (x < -kMargin) x += 2 * (-kMargin - x);
  if (x < kMargin) return (x + kMargin) * (x + kMargin) / (4 * kMargin);
  if (x > 1 - kMargin) return 1 - (x - (1 + kMargin)) * (x - (1 + kMargin)) / (4 * kMargin);
  return x;
}

double out_of_unit(double y) {
  y = std::clamp(y, 0.0, 1.0);
  if (y < kMargin) return -kMargin + 2 * std::sqrt(kMargin * y);
  if (y < 1 - kMargin) return y;
  return 1 + kMargin - 2 * std::sqrt(kMargin * (1 - y));
}

}  // namespace

Point into_box(std::span<const double> unbounded) {
  Point out(unbounded.size());
  std::transform(unbounded.begin(), unbounded.end(), out.begin(), into_unit);
  return out;
}

Point out_of_box(std::span<const double> bounded) {
  Point out(bounded.size());
  std::transform(bounded.begin(), bounded.end(), out.begin(), out_of_unit);
  return out;
}

}  // namespace tsugi::evolve
