// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Means with their uncertainty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tsugi::eval {

struct Estimate {
  double mean = 0;
  double low = 0;   ///< 2.5 % percentile of the bootstrap
  double high = 0;  ///< 97.5 %
};

/// Mean of the values and its percentile interval from `resamples` draws of whole clusters with replacement.
/// `cluster` is [item]; empty means every item is its own. Deterministic: draw k of resample r is a function
/// of (seed, r, k) alone, SplitMix64's mix of a counter, so no order or thread count matters. 10,000
/// resamples make the ends steady to about 2 % of the interval's width. The interval's ends are quantiles by
/// linear interpolation (numpy's default). Throws InputError for no values, a value that is not finite, or no
/// resamples, and Error when `cluster` has another length.
Estimate bootstrap_mean(std::span<const double> values, std::span<const std::size_t> cluster,
                        std::uint64_t seed, std::size_t resamples = 10'000);

/// The same of a[i] - b[i]: both models see the same draws. Throws Error too when a and b differ in length.
Estimate bootstrap_difference(std::span<const double> a, std::span<const double> b,
                              std::span<const std::size_t> cluster, std::uint64_t seed,
                              std::size_t resamples = 10'000);

/// Mean of `a` minus the highest mean of the rivals, [rival][item], the highest anew in each resample: an
/// interval for "better than all of them" that owes nothing to which rival was best by luck. Throws what
/// bootstrap_difference throws, and Error without rivals.
Estimate bootstrap_lead(std::span<const double> a, std::span<const std::vector<double>> rivals,
                        std::span<const std::size_t> cluster, std::uint64_t seed,
                        std::size_t resamples = 10'000);

/// Sum in order / number; not a number without values.
double mean_of(std::span<const double> values);

/// Quantile of sorted values, at least one, by linear interpolation between the two nearest (Hyndman and
/// Fan's type 7, numpy's default). `share` is in [0, 1].
double quantile(std::span<const double> sorted, double share);

/// Standard error of a mean as lm-evaluation-harness prints it: sample standard deviation / sqrt(n); 0 for n
/// < 2.
double standard_error(std::span<const double> values);

/// Of a mean over items in clusters: sqrt(sum over clusters of (sum of deviations)^2) / n (Liang and Zeger,
/// 1986; Miller, arXiv 2411.00640, section 2.2), times sqrt(C / (C - 1)) for C clusters, so that with every
/// item its own cluster it is standard_error. `cluster` as in bootstrap_mean; 0 for fewer than two clusters.
double clustered_standard_error(std::span<const double> values, std::span<const std::size_t> cluster);

/// Of the mean of a[i] - b[i]. Throws Error when a and b differ in length.
double paired_standard_error(std::span<const double> a, std::span<const double> b);

}  // namespace tsugi::eval
