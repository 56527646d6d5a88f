// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/gram.h"

#include <algorithm>
#include <cmath>

#include "merge/steps/sums.h"

namespace tsugi::merge::steps {
namespace {

constexpr std::size_t place(std::size_t i, std::size_t j, std::size_t n) {
  const std::size_t row = std::min(i, j);
  return row * n - row * (row + 1) / 2 + std::max(i, j);
}

}  // namespace

void gram(std::span<const std::span<const float>> models, std::span<const float> base,
          std::span<double> out) {
  const std::size_t n = models.size();
  const auto dot_of = [&](std::size_t i, std::size_t j) {
    return base.empty() ? dot(models[i], models[j]) : dot_of_deltas(models[i], models[j], base);
  };
  // Neighbours two by two, three sums in one pass; what lies between the pairs one by one.
  for (std::size_t i = 0; i < n; i += 2) {
    if (i + 1 == n) {
      out[place(i, i, n)] = dot_of(i, i);
    } else {
      const PairSums sums = dots_of_pair(models[i], models[i + 1], base);
      out[place(i, i, n)] = sums.xx;
      out[place(i + 1, i + 1, n)] = sums.yy;
      out[place(i, i + 1, n)] = sums.xy;
    }
    for (std::size_t j = i + 2; j < n; ++j) {
      out[place(i, j, n)] = dot_of(i, j);
      out[place(i + 1, j, n)] = dot_of(i + 1, j);
    }
  }
}

double Gram::dot(std::size_t i, std::size_t j) const {
  return triangle_[place(i, j, n_)];
}

double Gram::norm(std::size_t i) const {
  return std::sqrt(dot(i, i));
}

}  // namespace tsugi::merge::steps
