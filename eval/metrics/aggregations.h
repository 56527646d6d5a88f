// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How the values of items become one number and its standard error (lm_eval/api/metrics.py).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "eval/metrics/metric.h"

namespace tsugi::eval {

extern const Aggregation kPerplexity;          ///< exp(-mean)
extern const Aggregation kWeightedPerplexity;  ///< exp(-sum of values / sum of parts)
extern const Aggregation kBitsPerByte;         ///< -sum of values / sum of parts / ln 2
extern const Aggregation kBrierScore;          ///< the mean, no standard error; the part: number of choices
extern const Aggregation kF1;                  ///< of class 1; parts are the right class and the answered
extern const Aggregation kMatthews;            ///< Matthews correlation over all classes; parts as for kF1

/// Of all items; 0 for none. Throws InputError where the harness breaks off: perplexities beyond the largest
/// number, texts without words or bytes, f1 of more classes than two, brier_score of unequal choices.
double aggregate(const Metric& metric, const Measures& measures);

/// The harness's standard error: of a mean by its formula, else the spread of `resamples` draws with
/// replacement by Python's generator, as many as it takes. Nothing where the harness prints "N/A".
std::optional<double> standard_error(const Metric& metric, const Measures& measures, std::size_t resamples);

/// Of metrics whose parts are counts: those of the items `which`, added up in their order.
template <std::size_t N>
std::array<double, N> sum_of_parts(const Measures& measures, std::span<const std::size_t> which) {
  std::array<double, N> sums{};
  for (const std::size_t i : which) {
    for (std::size_t k = 0; k < N; ++k) sums[k] += measures.parts[i][k];
  }
  return sums;
}

}  // namespace tsugi::eval
