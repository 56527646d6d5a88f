// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {
namespace {

// Two tasks that pull to two corners of a hypotenuse: along the front of trade-offs the second score falls
// from 1 to 0 while the first rises. What counts is how many of fifteen equal parts of the first score are
// reached with at most 0.02 lost to the front.
std::size_t covered(const char* name) {
  const auto optimizer = start_optimizer(*find_optimizer(name), {.start = Point(6, 0.5), .seed = 2});
  std::set<int> parts;
  for (int count = 0; count < 3200;) {
    const std::vector<Point> points = optimizer->ask();
    std::vector<Trial> trials;
    for (const Point& point : points) {
      double off = 0;
      for (std::size_t i = 1; i < point.size(); ++i) off += (point[i] - 0.7) * (point[i] - 0.7);
      if (off < 0.02) parts.insert(std::min(14, static_cast<int>(15 * point[0])));
      trials.push_back({.objectives = {point[0] - off, 1 - point[0] - off}});
    }
    count += static_cast<int>(points.size());
    optimizer->tell(trials);
  }
  return parts.size();
}

TEST(MapElites, FillsTheFrontOfTradeOffs) {
  EXPECT_EQ(covered("map_elites"), 15U);
  // Of 3200 uniform points a share of 0.02^2.5 pi^2.5 / G(3.5) = 3e-4 is that close: one or so.
  EXPECT_LT(covered("random"), 5U);
}

}  // namespace
}  // namespace tsugi::evolve
