// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: closed forms, worked numbers, and a slow plain reference with a generator of its own.
#include "eval/metrics/intervals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include "recipes/error.h"

namespace tsugi::tests {
namespace {

using eval::bootstrap_difference;
using eval::bootstrap_mean;
using eval::Estimate;
using Values = std::vector<double>;
using Clusters = std::vector<std::size_t>;

constexpr double kZ = 1.959964;  // 97.5 % quantile of the normal distribution

/// Zeros and ones with a share of about `p`, from a generator that gives the same numbers everywhere.
Values coins(std::uint32_t seed, std::size_t count, double p) {
  std::mt19937 random(seed);
  Values values(count);
  for (double& value : values) value = static_cast<double>(random()) < p * 4294967296.0 ? 1 : 0;
  return values;
}

/// Sampling error (one standard deviation) of a 2.5 % quantile of `resamples` normal draws with deviation
/// `sd`: sqrt(q (1 - q) / N) / density, with the density of the standard normal at kZ, 0.05844.
double end_error(double sd, std::size_t resamples) {
  return sd * std::sqrt(0.025 * 0.975 / static_cast<double>(resamples)) / 0.05844;
}

/// Percentile bootstrap item by item, written the obvious way.
Estimate slow_bootstrap(const Values& values, const Clusters& cluster, std::uint32_t seed,
                        std::size_t resamples) {
  std::map<std::size_t, Values> members;
  for (std::size_t i = 0; i < values.size(); ++i) members[cluster[i]].push_back(values[i]);
  std::vector<Values> groups;
  for (const auto& [key, group] : members) groups.push_back(group);
  std::mt19937_64 random(seed);
  Values means;
  for (std::size_t r = 0; r < resamples; ++r) {
    Values drawn;
    for (std::size_t k = 0; k < groups.size(); ++k) {
      const Values& group = groups[random() % groups.size()];
      drawn.insert(drawn.end(), group.begin(), group.end());
    }
    double sum = 0;
    for (const double value : drawn) sum += value;
    means.push_back(sum / static_cast<double>(drawn.size()));
  }
  std::sort(means.begin(), means.end());
  return {0, means[resamples * 25 / 1000], means[resamples * 975 / 1000]};
}

TEST(Intervals, BigSampleIsTheNormalApproximation) {
  const Values values = coins(1, 4000, 0.3);
  const Estimate estimate = bootstrap_mean(values, {}, 7);
  const double p = std::count(values.begin(), values.end(), 1.0) / 4000.0;
  const double sd = std::sqrt(p * (1 - p) / 4000);
  EXPECT_DOUBLE_EQ(estimate.mean, p);
  // Four sampling errors of the end, and two steps of 1/n, since means are multiples of 1/n; the skewness of
  // the binomial moves an end by (kZ^2 - 1) / 6 * (1 - 2p) / n, below one step.
  const double tolerance = 4 * end_error(sd, 10'000) + 2.0 / 4000;
  EXPECT_NEAR(estimate.low, p - kZ * sd, tolerance);
  EXPECT_NEAR(estimate.high, p + kZ * sd, tolerance);
}

TEST(Intervals, AgreesWithTheSlowWayOnUnequalClusters) {
  std::mt19937 random(3);
  Values values;
  Clusters cluster;
  for (std::size_t c = 0; c < 60; ++c) {
    const double level = static_cast<double>(random() % 100) / 100;
    for (std::size_t i = 0; i <= random() % 6; ++i) {
      values.push_back(level + static_cast<double>(random() % 100) / 200);
      cluster.push_back(c * 1000);  // numbers of clusters need not be dense
    }
  }
  const Estimate fast = bootstrap_mean(values, cluster, 11, 20'000);
  const Estimate slow = slow_bootstrap(values, cluster, 12, 20'000);
  // Both ends carry sampling error: four times sqrt(2) of it, with the deviation read off the interval.
  const double tolerance = 4 * std::sqrt(2.0) * end_error((slow.high - slow.low) / (2 * kZ), 20'000);
  EXPECT_NEAR(fast.low, slow.low, tolerance);
  EXPECT_NEAR(fast.high, slow.high, tolerance);
}

TEST(Intervals, ClustersWidenTheIntervalByTheClusterFormula) {
  // 400 clusters of 1 to 3 items that agree: SE^2 = 1/n^2 sum_c (sum_{i in c} (y_i - p))^2 (specs:
  // section 8.4).
  const Values level = coins(5, 400, 0.5);
  Values values;
  Clusters cluster;
  for (std::size_t c = 0; c < level.size(); ++c) {
    for (std::size_t i = 0; i <= c % 3; ++i) {
      values.push_back(level[c]);
      cluster.push_back(c);
    }
  }
  const auto n = static_cast<double>(values.size());
  double p = 0;
  for (const double value : values) p += value / n;
  double squares = 0;
  for (std::size_t c = 0; c < level.size(); ++c) {
    const double deviation = static_cast<double>(c % 3 + 1) * (level[c] - p);
    squares += deviation * deviation;
  }
  const double sd = std::sqrt(squares) / n;
  const Estimate estimate = bootstrap_mean(values, cluster, 2);
  // The formula linearises the ratio of sums: relative error 1 / clusters. Means come in steps of about 1/n.
  const double tolerance = 4 * end_error(sd, 10'000) + kZ * sd / 400 + 2 / n;
  EXPECT_NEAR(estimate.high - estimate.mean, kZ * sd, tolerance);
  EXPECT_NEAR(estimate.mean - estimate.low, kZ * sd, tolerance);
  EXPECT_GT(sd, 1.3 * eval::standard_error(values));  // and the items alone would have promised too much
}

TEST(Intervals, PairedDrawsAreCommon) {
  const Values a = coins(8, 500, 0.6);
  Values shifted = a;
  for (double& value : shifted) value -= 0.25;
  const Estimate estimate = bootstrap_difference(a, shifted, {}, 1);  // the same noise in both: none is left
  EXPECT_DOUBLE_EQ(estimate.low, 0.25);
  EXPECT_DOUBLE_EQ(estimate.high, 0.25);
  const Values b = coins(9, 500, 0.5);
  const Estimate difference = bootstrap_difference(a, b, {}, 1);
  const double sd = eval::paired_standard_error(a, b);
  EXPECT_NEAR(difference.high - difference.low, 2 * kZ * sd, 4 * 2 * end_error(sd, 10'000) + 4.0 / 500);
}

// The rivals' best is taken anew in each draw of clusters, item by item.
Estimate slow_lead(const Values& a, const std::vector<Values>& rivals, const Clusters& cluster,
                   std::uint32_t seed, std::size_t resamples) {
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < a.size(); ++i) members[cluster[i]].push_back(i);
  std::vector<std::vector<std::size_t>> groups;
  for (const auto& [key, group] : members) groups.push_back(group);
  std::mt19937_64 random(seed);
  Values leads;
  for (std::size_t r = 0; r < resamples; ++r) {
    std::vector<std::size_t> drawn;
    for (std::size_t k = 0; k < groups.size(); ++k) {
      const auto& group = groups[random() % groups.size()];
      drawn.insert(drawn.end(), group.begin(), group.end());
    }
    const auto mean = [&](const Values& values) {
      double sum = 0;
      for (const std::size_t i : drawn) sum += values[i];
      return sum / static_cast<double>(drawn.size());
    };
    double best = -1;
    for (const Values& rival : rivals) best = std::max(best, mean(rival));
    leads.push_back(mean(a) - best);
  }
  std::sort(leads.begin(), leads.end());
  return {0, leads[resamples * 25 / 1000], leads[resamples * 975 / 1000]};
}

TEST(Intervals, ALeadIsOverTheBestRivalOfEachResample) {
  const Values a = coins(21, 300, 0.6);
  const std::vector<Values> rivals = {coins(22, 300, 0.5), coins(23, 300, 0.52), coins(24, 300, 0.5)};
  Clusters cluster;
  for (std::size_t i = 0; i < a.size(); ++i) cluster.push_back(i / 2);
  const Estimate fast = eval::bootstrap_lead(a, rivals, cluster, 1, 20'000);
  const Estimate slow = slow_lead(a, rivals, cluster, 2, 20'000);
  const double tolerance = 4 * std::sqrt(2.0) * end_error((slow.high - slow.low) / (2 * kZ), 20'000);
  EXPECT_NEAR(fast.low, slow.low, tolerance);
  EXPECT_NEAR(fast.high, slow.high, tolerance);
  // Never above the difference to any one of them, resample by resample; alone it is that difference.
  for (const Values& rival : rivals) {
    const Estimate one = bootstrap_difference(a, rival, cluster, 1, 20'000);
    EXPECT_LE(fast.mean, one.mean);
    EXPECT_LE(fast.low, one.low);
    EXPECT_EQ(eval::bootstrap_lead(a, std::vector<Values>{rival}, cluster, 1, 20'000).low, one.low);
  }
  EXPECT_THROW(eval::bootstrap_lead(a, {}, cluster, 1), Error);
}

TEST(Intervals, SameSeedSameBitsOtherSeedOtherBits) {
  Values values = coins(4, 300, 0.4);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += 1e-3 * static_cast<double>(i);  // no ties
  const Estimate first = bootstrap_mean(values, {}, 42);
  const Estimate again = bootstrap_mean(values, {}, 42);
  const Estimate other = bootstrap_mean(values, {}, 43);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  EXPECT_NE(first.low, other.low);
  // Two independent ends of the same distribution: four times sqrt(2) of an end's sampling error.
  EXPECT_NEAR(first.low, other.low, 4 * std::sqrt(2.0) * end_error(eval::standard_error(values), 10'000));
}

TEST(Intervals, OneClusterForEachItemIsNoCluster) {
  const Values values = coins(6, 120, 0.7);
  Clusters own(values.size());
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = 1000 - i;
  EXPECT_EQ(bootstrap_mean(values, own, 9).low, bootstrap_mean(values, {}, 9).low);
}

TEST(Intervals, StandardErrors) {
  EXPECT_EQ(eval::standard_error({}), 0);
  EXPECT_EQ(eval::standard_error(Values{3}), 0);
  // numpy: std([1, 2, 4], ddof=1) / sqrt(3).
  EXPECT_DOUBLE_EQ(eval::standard_error(Values{1, 2, 4}), 0.88191710368819698);
  // Accuracy: sqrt(p (1 - p) / (n - 1)).
  EXPECT_DOUBLE_EQ(eval::standard_error(Values{1, 0, 0, 1, 0}), std::sqrt(0.4 * 0.6 / 4));
  // Discordant pairs b = 3, c = 1 of n = 8 (section 8.4): sqrt((b + c) - (b - c)^2 / n) / n, times sqrt(n /
  // (n - 1)) for the sample's instead of the population's deviation.
  const Values a{1, 1, 1, 0, 1, 0, 1, 0};
  const Values b{0, 0, 0, 1, 1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(eval::paired_standard_error(a, b), std::sqrt(4 - 4.0 / 8) / 8 * std::sqrt(8.0 / 7));
}

TEST(Intervals, ClusteredStandardErrors) {
  const Values values{1, 0, 0, 1, 1, 0.5};
  EXPECT_DOUBLE_EQ(eval::clustered_standard_error(values, {}), eval::standard_error(values));
  // Mean 3.5 / 6; sums of deviations in pairs are -1/6, -1/6 and 1/3, and 3 clusters are scaled by 3 / 2.
  EXPECT_DOUBLE_EQ(eval::clustered_standard_error(values, Clusters{4, 4, 9, 9, 1, 1}),
                   std::sqrt((1.0 / 36 + 1.0 / 36 + 1.0 / 9) * 1.5) / 6);
  EXPECT_EQ(eval::clustered_standard_error(values, Clusters{4, 4, 4, 4, 4, 4}), 0);
}

TEST(Intervals, SmallCases) {
  const Estimate one = bootstrap_mean(Values{0.5}, {}, 0);
  EXPECT_EQ(one.mean, 0.5);
  EXPECT_EQ(one.low, 0.5);
  EXPECT_EQ(one.high, 0.5);
  EXPECT_EQ(bootstrap_mean(Values{0, 1}, {}, 0).high, 1);  // a quarter of all resamples is {1, 1}
  EXPECT_EQ(bootstrap_mean(Values{0, 1}, {}, 0).low, 0);
}

TEST(Intervals, WhatCannotBeAveraged) {
  const Values values{1, 2};
  EXPECT_THROW(bootstrap_mean({}, {}, 0), InputError);
  EXPECT_THROW(bootstrap_mean(Values{1, std::nan("")}, {}, 0), InputError);
  EXPECT_THROW(bootstrap_mean(Values{-std::numeric_limits<double>::infinity()}, {}, 0), InputError);
  EXPECT_THROW(bootstrap_mean(values, {}, 0, 0), InputError);
  EXPECT_THROW(bootstrap_mean(values, Clusters{1}, 0), Error);
  EXPECT_THROW(bootstrap_difference(values, Values{1}, {}, 0), Error);
  EXPECT_THROW(eval::paired_standard_error(values, Values{1}), Error);
}

TEST(Intervals, TenThousandResamplesOf800ItemsAreCheap) {
  const Values values = coins(2, 800, 0.5);
  const auto start = std::chrono::steady_clock::now();
  bootstrap_mean(values, {}, 1);
  const auto elapsed = std::chrono::steady_clock::now() - start;
  // 8 million draws of a few nanoseconds; the limit is far above for sanitizers and busy machines.
  EXPECT_LT(elapsed, std::chrono::seconds(2));
  RecordProperty("milliseconds",
                 static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count()));
}

}  // namespace
}  // namespace tsugi::tests
