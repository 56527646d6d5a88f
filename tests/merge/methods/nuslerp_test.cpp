// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

const std::vector<Numbers> kQuarter{{{"weight", .75}}, {{"weight", .25}}};
const Numbers kRows{{"nuslerp_flatten", 0}};
const Numbers kColumns{{"nuslerp_flatten", 0}, {"nuslerp_row_wise", 1}};

std::vector<float> nuslerp(const std::vector<float>& base, const std::vector<float>& first,
                           const std::vector<float>& second, const Numbers& global = {},
                           const std::vector<Numbers>& weights = kQuarter) {
  return run_method("nuslerp",
                    {.base = base, .models = {first, second}, .global = global, .per_model = weights});
}

TEST(Nuslerp, FollowsTheArcOfTheWholeTensor) {
  expect_near(nuslerp({}, kM1, kP), {.6359087, -.9250290, -.0404067, 1.6648963, .1561327, -.5607842});
}

TEST(Nuslerp, OfDifferencesFromABase) {
  expect_near(nuslerp(kBase, kM1, kM2), {.6421137, -1.0904483, .3791861, 1.4315450, .4263412, -.9050189});
}

TEST(Nuslerp, ByVectorsOfTheLastAxis) {
  expect_near(nuslerp({}, kM1, kP, kRows), {.8622591, -1.1510721, -.1425256, 1.4740700, .1567338, -.5108947});
}

TEST(Nuslerp, RowWiseMeansVectorsOfTheFirstAxis) {
  expect_near(nuslerp({}, kM1, kP, kColumns),
              {.5322384, -1.7646308, -.1417436, 1.3777237, .0756464, -.7179910});
}

TEST(Nuslerp, OfABaseByVectorsIsThatOfTheDifferences) {
  const auto deltas = [](const std::vector<float>& x) {
    std::vector<float> out(x);
    for (std::size_t i = 0; i < x.size(); ++i) out[i] -= kBase[i];  // exact: all are multiples of 1/64
    return out;
  };
  for (const Numbers& how : {kRows, kColumns}) {
    const std::vector<float> plain = nuslerp({}, deltas(kM1), deltas(kM2), how);
    std::vector<double> expected(plain.begin(), plain.end());
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += static_cast<double>(kBase[i]);
    expect_near(nuslerp(kBase, kM1, kM2, how), expected);
  }
}

TEST(Nuslerp, OfAVectorHasOneAngleHoweverItIsCut) {
  for (const Numbers& how : {kRows, kColumns}) {
    const auto out =
        run_method("nuslerp", {.shape = {6}, .models = {kM1, kP}, .global = how, .per_model = kQuarter});
    expect_near(out, {.6359087, -.9250290, -.0404067, 1.6648963, .1561327, -.5607842});
  }
}

// A slow plain reference: vectors along the first axis of [3, 2, 50], by the formula.
TEST(Nuslerp, FirstAxisOfThreeByAPlainReference) {
  constexpr std::size_t kDepth = 3;
  constexpr std::size_t kPlaces = 100;
  std::vector<float> x(kDepth * kPlaces);
  std::vector<float> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::sin(static_cast<float>(i));
    y[i] = std::cos(static_cast<float>(3 * i));
  }
  std::vector<double> expected(x.size());
  for (std::size_t place = 0; place < kPlaces; ++place) {
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (std::size_t i = place; i < x.size(); i += kPlaces) {
      xx += static_cast<double>(x[i]) * static_cast<double>(x[i]);
      yy += static_cast<double>(y[i]) * static_cast<double>(y[i]);
      xy += static_cast<double>(x[i]) * static_cast<double>(y[i]);
    }
    const double theta = std::acos(xy / std::sqrt(xx * yy));
    for (std::size_t i = place; i < x.size(); i += kPlaces) {
      expected[i] = (std::sin(.75 * theta) * static_cast<double>(x[i]) +
                     std::sin(.25 * theta) * static_cast<double>(y[i])) /
                    std::sin(theta);
    }
  }
  const auto seen = run_method(
      "nuslerp", {.shape = {3, 2, 50}, .models = {x, y}, .global = kColumns, .per_model = kQuarter});
  // Three roundings of 2^-24 of the two products, which may be larger than their sum.
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(seen[i], expected[i], 1e-6 * (1 + std::fabs(expected[i])));
}

// mergekit gives up to 2900 times the inputs where the cosine misses -1 by a rounding.
TEST(Nuslerp, OppositeTensorsAreInterpolated) {
  std::vector<float> opposite(kM1);
  for (float& value : opposite) value *= -2;
  std::vector<double> expected(kM1.begin(), kM1.end());
  for (double& value : expected) value *= -.5;
  expect_near(nuslerp({}, kM1, opposite, {}, {{{"weight", 1}}, {{"weight", 1}}}), expected);
}

TEST(Nuslerp, NeverEnlargesOppositeVectorsOfAnyRounding) {
  std::vector<float> x(257);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i * i + 1));
  std::vector<float> y(x);
  for (std::size_t i = 0; i < y.size(); ++i) {
    // One rounding away from -2 x here and there.
    y[i] = std::nextafter(-2 * x[i], i % 3 == 0 ? 9.0F : -9.0F);
  }
  const auto seen = run_method(
      "nuslerp",
      {.shape = {257}, .models = {x, y}, .global = {}, .per_model = {{{"weight", 1}}, {{"weight", 1}}}});
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(seen[i], -.5 * static_cast<double>(x[i]), 1e-6);
}

TEST(Nuslerp, WeightsThatCancelMeetInTheMiddle) {
  const auto middle = nuslerp({}, kM1, kP, {}, {{{"weight", 1}}, {{"weight", 1}}});
  EXPECT_EQ(nuslerp({}, kM1, kP, {}, {{{"weight", 1}}, {{"weight", -1}}}), middle);
}

}  // namespace
}  // namespace tsugi::tests
