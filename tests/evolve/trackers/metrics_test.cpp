// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/trackers/metrics.h"

#include <gtest/gtest.h>

#include <map>

namespace tsugi::evolve {
namespace {

std::map<std::string, double> by_name(const std::vector<Metric>& metrics, std::uint64_t step) {
  std::map<std::string, double> values;
  for (const Metric& metric : metrics) {
    EXPECT_EQ(metric.step, step) << metric.name;
    EXPECT_TRUE(values.emplace(metric.name, metric.value).second) << metric.name;
  }
  return values;
}

TEST(Metrics, OfAGeneration) {
  EXPECT_EQ(by_name(metrics_of({.generation = 3,
                                .evaluations = 36,
                                .failures = 2,
                                .best = 0.5,
                                .mean = 0.25,
                                .best_ever = 0.75}),
                    3),
            (std::map<std::string, double>{{"search/best", 0.5},
                                           {"search/mean", 0.25},
                                           {"search/best_so_far", 0.75},
                                           {"search/failures", 2},
                                           {"search/evaluations", 36}}));
  EXPECT_EQ(by_name(metrics_of({.generation = 1, .failures = 4, .best = {}, .mean = {}, .best_ever = {}}), 1)
                .count("search/best"),
            0U);
}

TEST(Metrics, OfTheSealedTest) {
  Result result;
  result.models = {{"日本 a:b", "parent", {0.5, 0.4, 0.6}}};
  result.gain = {0.2, 0.1, 0.3};
  const auto values = by_name(metrics_of(result, 7), 7);
  EXPECT_EQ(values.size(), 6U);
  EXPECT_EQ(values.at("test/______ a_b"), 0.5);
  EXPECT_EQ(values.at("test/______ a_b/high"), 0.6);
  EXPECT_EQ(values.at("gain/mean"), 0.2);
  EXPECT_EQ(values.at("gain/low"), 0.1);
}

}  // namespace
}  // namespace tsugi::evolve
