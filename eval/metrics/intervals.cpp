// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/metrics/intervals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "eval/metrics/draws.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

/// What a draw of one cluster adds.
struct Cluster {
  double sum = 0;
  double items = 0;
};

void check(std::span<const double> values) {
  if (values.empty()) throw InputError("interval", "no values", "score at least one item");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw InputError("interval", fmt::format("value {} is {}", i, values[i]), "a mean needs finite values");
    }
  }
}

/// Sums over clusters: drawing a cluster then costs one addition.
std::vector<Cluster> sum_clusters(std::span<const double> values, std::span<const std::size_t> cluster) {
  const ClusterNumbers numbering = number_clusters(values.size(), cluster);
  std::vector<Cluster> sums(numbering.count);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[numbering.of[i]].sum += values[i];
    sums[numbering.of[i]].items += 1;
  }
  return sums;
}

double resampled_mean(std::span<const Cluster> clusters, std::uint64_t stream) {
  Cluster total;
  for (std::size_t draw = 0; draw < clusters.size(); ++draw) {
    const Cluster& drawn = clusters[below(bits_at(stream, draw), clusters.size())];
    total.sum += drawn.sum;
    total.items += drawn.items;
  }
  return total.sum / total.items;
}

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size())
    throw Error(fmt::format("paired values: {} of one, {} of the other", a.size(), b.size()));
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

/// `mean` with the percentiles of what `resampled` gives for each stream.
template <class Resampled>
Estimate percentile_interval(double mean, std::uint64_t seed, std::size_t resamples,
                             const Resampled& resampled) {
  if (resamples == 0) throw InputError("interval", "0 resamples", "draw at least one");
  std::vector<double> drawn(resamples);
  for (std::size_t i = 0; i < resamples; ++i) drawn[i] = resampled(stream_of(seed, i));
  std::sort(drawn.begin(), drawn.end());
  return {mean, quantile(drawn, 0.025), quantile(drawn, 0.975)};
}

}  // namespace

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double quantile(std::span<const double> sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below_at = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below_at + 1, sorted.size() - 1);
  return sorted[below_at] + (at - std::floor(at)) * (sorted[above] - sorted[below_at]);
}

Estimate bootstrap_mean(std::span<const double> values, std::span<const std::size_t> cluster,
                        std::uint64_t seed, std::size_t resamples) {
  check(values);
  const std::vector<Cluster> clusters = sum_clusters(values, cluster);
  return percentile_interval(mean_of(values), seed, resamples,
                             [&](std::uint64_t stream) { return resampled_mean(clusters, stream); });
}

// A draw depends on seed, resample, position and the number of clusters only, so every pair of models scored
// on the same items is resampled alike; the mean of the drawn differences is the difference of the drawn
// means.
Estimate bootstrap_difference(std::span<const double> a, std::span<const double> b,
                              std::span<const std::size_t> cluster, std::uint64_t seed,
                              std::size_t resamples) {
  return bootstrap_mean(differences(a, b), cluster, seed, resamples);
}

Estimate bootstrap_lead(std::span<const double> a, std::span<const std::vector<double>> rivals,
                        std::span<const std::size_t> cluster, std::uint64_t seed, std::size_t resamples) {
  if (rivals.empty()) throw Error("a lead over nobody");
  std::vector<std::vector<Cluster>> gains;  // the smallest of the leads is the lead over the best
  double lead = std::numeric_limits<double>::infinity();
  for (const std::vector<double>& rival : rivals) {
    const std::vector<double> gain = differences(a, rival);
    check(gain);
    gains.push_back(sum_clusters(gain, cluster));
    lead = std::min(lead, mean_of(gain));
  }
  return percentile_interval(lead, seed, resamples, [&](std::uint64_t stream) {
    double smallest = std::numeric_limits<double>::infinity();
    for (const std::vector<Cluster>& gain : gains)
      smallest = std::min(smallest, resampled_mean(gain, stream));
    return smallest;
  });
}

double standard_error(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const auto n = static_cast<double>(values.size());
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1) / n);
}

double clustered_standard_error(std::span<const double> values, std::span<const std::size_t> cluster) {
  const ClusterNumbers numbers = number_clusters(values.size(), cluster);
  if (numbers.count < 2) return 0;
  const double mean = mean_of(values);
  std::vector<double> sums(numbers.count);
  for (std::size_t i = 0; i < values.size(); ++i) sums[numbers.of[i]] += values[i] - mean;
  double squares = 0;
  for (const double sum : sums) squares += sum * sum;
  const auto clusters = static_cast<double>(numbers.count);
  return std::sqrt(squares * clusters / (clusters - 1)) / static_cast<double>(values.size());
}

double paired_standard_error(std::span<const double> a, std::span<const double> b) {
  return standard_error(differences(a, b));
}

}  // namespace tsugi::eval
