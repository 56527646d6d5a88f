// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The best of many scores on the same items is too good to be true: two estimates of what it is worth, from
// the logged scores alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/metrics/intervals.h"

namespace tsugi::eval {

/// An estimate, or why there is none.
struct Corrected {
  std::optional<Estimate> estimate;
  std::string reason;  ///< "" with an estimate
};

/// Bootstrap bias corrected score of "take the best of these candidates" (Tsamardinos, Greasidou,
/// Borboudakis, Machine Learning 107, 2018): in each of `resamples` draws of whole clusters the candidate
/// that is best on the drawn items is scored on those not drawn; mean and percentiles of that. `rows` are
/// [candidate][item], all of one length. There is none for fewer than two candidates or than two clusters.
/// Uses the surrounding thread pool; the same for any number of threads. The paper's 1,000 resamples are
/// enough for three digits.
Corrected bootstrap_bias_corrected(std::span<const std::vector<double>> rows,
                                   std::span<const std::size_t> cluster, std::uint64_t seed,
                                   std::size_t resamples = 1'000);

/// Empirical Bayes for exchangeable candidates, such as one generation drawn from one distribution: with s_i
/// the mean of candidate i, m their mean, t^2 = max(0, var(s) - v) and v the noise in s,
/// m + t^2 / (t^2 + v) (max s - m) (James and Stein's shrinkage with moments). v is that of a table of
/// candidates x items without their two main effects, over clusters: sum over i and clusters of (sum of
/// residuals)^2 / ((K - 1) n^2) with K candidates and n items, times C / (C - 1) for C clusters. The interval
/// is that of the posterior, 1.96 sqrt(t^2 v / (t^2 + v)) to each side; it leaves out what is uncertain about
/// the generation's own mean. There is none for fewer than three candidates or than two clusters.
Corrected empirical_bayes(std::span<const std::vector<double>> rows, std::span<const std::size_t> cluster);

}  // namespace tsugi::eval
