// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What methods with random masks are tested by: on a base of zeros a single model's values, all of one
// magnitude, come back where the mask keeps them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/memory_merge.h"

namespace tsugi::tests {

/// Counts of kept elements over seeds: `draws` sets of `elements` Bernoulli draws each.
struct MaskCounts {
  double draws = 0;
  double elements = 0;
  double mean = 0;        ///< of the counts
  double variance = 0;    ///< of the counts
  double neighbours = 0;  ///< covariance of an element and the next one, mean over all pairs
};

/// Runs `method` on `made` (one model, `rescale: false`) with seeds 0 .. draws-1; an element counts as kept
/// when its result is not 0.
inline MaskCounts count_masks(const std::string& method, MethodCase made, std::size_t draws,
                              double probability) {
  MaskCounts out{.draws = static_cast<double>(draws), .elements = static_cast<double>(made.base.size())};
  std::vector<double> counts;
  for (std::size_t seed = 0; seed < draws; ++seed) {
    made.seed = seed;
    const std::vector<float> merged = run_method(method, made);
    const auto deviation = [&](std::size_t i) { return (merged[i] != 0 ? 1 : 0) - probability; };
    counts.push_back(
        static_cast<double>(std::count_if(merged.begin(), merged.end(), [](float x) { return x != 0; })));
    for (std::size_t i = 0; i + 1 < merged.size(); ++i) out.neighbours += deviation(i) * deviation(i + 1);
  }
  for (const double count : counts) out.mean += count / out.draws;
  for (const double count : counts) out.variance += (count - out.mean) * (count - out.mean) / (out.draws - 1);
  out.neighbours /= out.draws * (out.elements - 1);
  return out;
}

/// Within four standard errors of independent draws: p(1-p) is an element's variance, the mean of N = draws x
/// elements of them has error sqrt(p(1-p)/N), the variance of `draws` counts the relative error
/// sqrt(2/(draws-1)), and products of independent deviations have standard deviation p(1-p).
inline void expect_bernoulli(const MaskCounts& seen, double probability) {
  const double variance = probability * (1 - probability);
  const double all = seen.draws * seen.elements;
  EXPECT_NEAR(seen.mean / seen.elements, probability, 4 * std::sqrt(variance / all));
  EXPECT_NEAR(seen.variance / (seen.elements * variance), 1, 4 * std::sqrt(2 / (seen.draws - 1)));
  EXPECT_NEAR(seen.neighbours, 0, 4 * variance / std::sqrt(all));
}

/// One seed, whoever computes: the same bits; another seed or tensor name: another mask.
inline void expect_seeded(const std::string& method, MethodCase made) {
  made.seed = 1;
  const std::vector<float> once = run_method(method, made);
  EXPECT_EQ(run_method(method, made), once);
  MethodCase parallel = made;
  parallel.concurrency = merge::Concurrency::parallel;
  EXPECT_EQ(run_method(method, parallel), once);
  MethodCase reseeded = made;
  reseeded.seed = 2;
  EXPECT_NE(run_method(method, reseeded), once);
  made.name = "v";
  EXPECT_NE(run_method(method, made), once);
}

}  // namespace tsugi::tests
