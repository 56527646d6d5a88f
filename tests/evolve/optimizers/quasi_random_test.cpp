// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {
namespace {

std::vector<Point> first_points(std::size_t dimension, std::size_t count, std::uint64_t seed) {
  const auto optimizer =
      start_optimizer(*find_optimizer("quasi_random"), {.start = Point(dimension, 0.5), .seed = seed});
  std::vector<Point> points;
  while (points.size() < count) {
    const std::vector<Point> more = optimizer->ask();
    points.insert(points.end(), more.begin(), more.end());
    optimizer->tell(std::vector<Trial>(more.size()));
  }
  points.resize(count);
  return points;
}

// Every coordinate is a (0, m, 1)-net in base 2: one of 2^m points in each of 2^m parts (Sobol' 1967), in all
// the dimensions, and scrambling keeps it (Owen 1995).
TEST(QuasiRandom, EveryCoordinateHasOnePointInEachPart) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const std::vector<Point> points = first_points(40, 256, seed);
    for (std::size_t i = 0; i < 40; ++i) {
      std::vector<int> count(256);
      for (const Point& point : points) ++count[static_cast<std::size_t>(256 * point[i])];
      EXPECT_EQ(count, std::vector<int>(256, 1)) << i;
    }
  }
}

// The first two coordinates are a (0, m, 2)-net: one point in each box of area 2^-m, whatever its shape.
// Uniform points would leave a third of the boxes empty.
TEST(QuasiRandom, TheFirstTwoCoordinatesFillEveryBox) {
  const std::vector<Point> points = first_points(2, 256, 7);
  for (int shape = 0; shape <= 8; ++shape) {
    std::map<std::pair<int, int>, int> count;
    for (const Point& point : points) {
      ++count[{static_cast<int>(point[0] * (1 << shape)), static_cast<int>(point[1] * (1 << (8 - shape)))}];
    }
    EXPECT_EQ(count.size(), 256U) << shape;
  }
}

// Integral of prod 2 x_i over six coordinates is 1. A mean of 1024 uniform points has a standard deviation of
// sqrt(((4/3)^6 - 1) / 1024) = 0.068; scrambled Sobol' points do many times better on so smooth a function.
TEST(QuasiRandom, IntegratesBetterThanUniformPoints) {
  double squares = 0;
  constexpr int kSeeds = 20;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    double sum = 0;
    for (const Point& point : first_points(6, 1024, seed)) {
      double product = 1;
      for (const double value : point) product *= 2 * value;
      sum += product;
    }
    squares += (sum / 1024 - 1) * (sum / 1024 - 1) / kSeeds;
  }
  EXPECT_LT(std::sqrt(squares), 0.068 / 5);
}

}  // namespace
}  // namespace tsugi::evolve
