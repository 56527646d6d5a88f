// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs of pycma as tests/peers/make_cma_golden.py records them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve::test {

inline nlohmann::json recorded_run(const std::string& file) {
  return nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/cma_es/" + file));
}

/// Places of the values from the smallest to the largest.
inline std::vector<std::size_t> order_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

inline void expect_near(const std::vector<double>& got, const std::vector<double>& expected,
                        const char* what) {
  ASSERT_EQ(got.size(), expected.size());
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  // About 25 iterations of a few dozen roundings of 1e-16 each, amplified by the condition of C (< 1e3 here).
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], 1e-10 * largest) << what << ' ' << i;
}

}  // namespace tsugi::evolve::test
