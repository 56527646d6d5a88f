// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/metrics/intervals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "recipes/error.h"

namespace tsugi::eval {
namespace {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): its increment and
// its mixing function. As a counter-based generator, number k of a stream that begins at s is mix(s + (k + 1)
// * kGolden).
constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15U;

constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

/// Where the stream of one resample begins; a function of (seed, resample) alone, so resamples may run in any
/// order.
constexpr std::uint64_t stream_of(std::uint64_t seed, std::uint64_t resample) {
  return mix(mix(seed + kGolden) + (resample + 1) * kGolden);
}

/// A number in [0, count) from 64 random bits: the high half of their product (Lemire, 2019). The bias is
/// count / 2^64.
constexpr std::size_t below(std::uint64_t bits, std::size_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(bits) * count) >> 64U);
}

/// What a draw of one cluster adds.
struct Cluster {
  double sum = 0;
  double items = 0;
};

void check(std::span<const double> values, std::span<const std::size_t> cluster) {
  if (values.empty()) throw InputError("interval", "no values", "score at least one item");
  if (!cluster.empty() && cluster.size() != values.size()) {
    throw Error(fmt::format("interval: {} values in {} clusters' entries", values.size(), cluster.size()));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw InputError("interval", fmt::format("value {} is {}", i, values[i]), "a mean needs finite values");
    }
  }
}

/// Sums over clusters, in the order in which clusters first appear: drawing a cluster then costs one
/// addition.
std::vector<Cluster> sum_clusters(std::span<const double> values, std::span<const std::size_t> cluster) {
  std::vector<Cluster> sums;
  std::unordered_map<std::size_t, std::size_t> index;  // only looked up, never walked
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t at = cluster.empty() ? i : index.try_emplace(cluster[i], sums.size()).first->second;
    if (at == sums.size()) sums.emplace_back();
    sums[at].sum += values[i];
    sums[at].items += 1;
  }
  return sums;
}

double resampled_mean(std::span<const Cluster> clusters, std::uint64_t stream) {
  Cluster total;
  for (std::size_t draw = 0; draw < clusters.size(); ++draw) {
    const Cluster& drawn = clusters[below(mix(stream + (draw + 1) * kGolden), clusters.size())];
    total.sum += drawn.sum;
    total.items += drawn.items;
  }
  return total.sum / total.items;
}

/// Quantile of sorted values by linear interpolation between the two nearest (Hyndman and Fan's type 7,
/// numpy's default).
double quantile(std::span<const double> sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below_at = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below_at + 1, sorted.size() - 1);
  return sorted[below_at] + (at - std::floor(at)) * (sorted[above] - sorted[below_at]);
}

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size())
    throw Error(fmt::format("paired values: {} of one, {} of the other", a.size(), b.size()));
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

}  // namespace

Estimate bootstrap_mean(std::span<const double> values, std::span<const std::size_t> cluster,
                        std::uint64_t seed, std::size_t resamples) {
  check(values, cluster);
  if (resamples == 0) throw InputError("interval", "0 resamples", "draw at least one");
  const std::vector<Cluster> clusters = sum_clusters(values, cluster);
  std::vector<double> means(resamples);
  for (std::size_t i = 0; i < resamples; ++i) means[i] = resampled_mean(clusters, stream_of(seed, i));
  std::sort(means.begin(), means.end());
  double sum = 0;
  for (const double value : values) sum += value;
  return {sum / static_cast<double>(values.size()), quantile(means, 0.025), quantile(means, 0.975)};
}

// A draw depends on seed, resample, position and the number of clusters only, so every pair of models scored
// on the same items is resampled alike; the mean of the drawn differences is the difference of the drawn
// means.
Estimate bootstrap_difference(std::span<const double> a, std::span<const double> b,
                              std::span<const std::size_t> cluster, std::uint64_t seed,
                              std::size_t resamples) {
  return bootstrap_mean(differences(a, b), cluster, seed, resamples);
}

double standard_error(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1) / n);
}

double paired_standard_error(std::span<const double> a, std::span<const double> b) {
  return standard_error(differences(a, b));
}

}  // namespace tsugi::eval
