// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/sums.h"

#include <cmath>
#include <cstddef>

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

constexpr std::size_t kLanes = 8;  // doubles in an AVX-512 register

inline double combined(const double* lane) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

TSUGI_CLONES double dot_n(const float* x, const float* y, std::size_t n) {
  double lane[kLanes] = {};
  const std::size_t whole = n - n % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) {
      lane[j] += static_cast<double>(x[i + j]) * static_cast<double>(y[i + j]);
    }
  }
  double sum = combined(lane);
  for (std::size_t i = whole; i < n; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  return sum;
}

TSUGI_CLONES double l1_n(const float* x, std::size_t n) {
  double lane[kLanes] = {};
  const std::size_t whole = n - n % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) lane[j] += static_cast<double>(std::fabs(x[i + j]));
  }
  double sum = combined(lane);
  for (std::size_t i = whole; i < n; ++i) sum += static_cast<double>(std::fabs(x[i]));
  return sum;
}

}  // namespace

double dot(std::span<const float> x, std::span<const float> y) {
  return dot_n(x.data(), y.data(), x.size());
}

double l1(std::span<const float> x) {
  return l1_n(x.data(), x.size());
}

}  // namespace tsugi::merge::steps
