// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The inputs of the golden values of merge methods: [2, 3] tensors, exact in bf16. Their results are exact
// arithmetic that mergekit 0.1.5 with `dtype: float32` gives to 1e-6.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tsugi::tests {

inline const std::vector<float> kBase{.5F, -1, .25F, 2, 0, -.75F};
inline const std::vector<float> kM1{.625F, -1.25F, .25F, 1.5F, .375F, -.6875F};
inline const std::vector<float> kM2{.4375F, -.6875F, .375F, 2.25F, -.1875F, -1};
inline const std::vector<float> kM3{.53125F, -1.09375F, .125F, 1.875F, .25F, -.25F};
inline const std::vector<float> kP{.25F, .5F, -.75F, 1, -.5F, .125F};

/// Golden values are printed with 7 decimals (half a unit: 5e-8); beyond that, a result is a handful of f32
/// operations on values up to 2: 4 roundings of 2^-23 each make 5e-7.
inline constexpr double kGoldenTolerance = 5e-8 + 4 * 1.2e-7;

inline void expect_near(const std::vector<float>& seen, const std::vector<double>& expected,
                        double tolerance = kGoldenTolerance) {
  ASSERT_EQ(seen.size(), expected.size());
  for (std::size_t i = 0; i < seen.size(); ++i)
    EXPECT_NEAR(seen[i], expected[i], tolerance) << "element " << i;
}

}  // namespace tsugi::tests
