// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/box.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace tsugi::evolve {
namespace {

TEST(Box, GivesWhatPycmaGives) {
  const auto run = nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/cma_es/box_4.json"));
  std::size_t changed = 0;
  for (const auto& tell : run["tells"]) {
    for (std::size_t k = 0; k < tell["inner"].size(); ++k) {
      const auto inner = tell["inner"][k].get<Point>();
      const auto expected = tell["points"][k].get<Point>();
      const Point got = into_box(inner);
      for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_NEAR(got[i], expected[i], 1e-15);  // a few roundings of numbers below 2
        if (expected[i] != inner[i]) ++changed;
      }
    }
  }
  EXPECT_GT(changed, 20U);  // the recorded run does reach the ends
}

TEST(Box, EndsMiddleMirrorAndPeriod) {
  const Point got = into_box(Point{-0.05, 1.05, 0.5, 0.05, -0.15, 1.25, 0.3 + 2.2, 0.3 - 4.4, 0});
  // -0.15 mirrors to 0.05; 1.25 to 0.85; the period is 2 (1 + 2 * 0.05) = 2.2; 0 -> 0.05^2 / 0.2.
  const Point expected = {0, 1, 0.5, 0.05, 0.05, 0.85, 0.3, 0.3, 0.0125};
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-15) << i;
}

TEST(Box, OutIsTheInverseOfInto) {
  for (int i = 0; i <= 1000; ++i) {
    const double x = i / 1000.0;
    EXPECT_NEAR(into_box(out_of_box(Point{x}))[0], x, 1e-15);
  }
  EXPECT_DOUBLE_EQ(out_of_box(Point{1.5})[0], 1.05);  // clipped first
}

}  // namespace
}  // namespace tsugi::evolve
