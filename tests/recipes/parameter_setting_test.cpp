// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/parameter_setting.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace tsugi::recipes {
namespace {

// A handful of double operations on values up to 1: at most four roundings of half a unit each.
constexpr double kRounding = 4 * std::numeric_limits<double>::epsilon();
// The layer values are published with seven decimals.
constexpr double kSevenDecimals = 0.5e-7;

const Gradient kFive{{0, 0.5, 0.3, 0.7, 1}};

// Values of mergekit's tests of its gradients.
TEST(Gradient, InterpolatesAtTheValuesOfTheSpecification) {
  EXPECT_NEAR(kFive.at(0.1), 0.2, kRounding);
  EXPECT_NEAR(kFive.at(0.25), 0.5, kRounding);
  EXPECT_NEAR(kFive.at(0.3), 0.46, kRounding);
  EXPECT_NEAR(kFive.at(0.99), 0.988, kRounding);
}

TEST(Gradient, SpansTheLayersOfAModel) {
  EXPECT_NEAR(kFive.at(9.0 / 31), 0.4677419, kSevenDecimals);
  EXPECT_NEAR(kFive.at(16.0 / 31), 0.3258065, kSevenDecimals);
}

TEST(Gradient, EndsAreItsEnds) {
  EXPECT_EQ(kFive.at(0), 0);
  EXPECT_EQ(kFive.at(1), 1);
  EXPECT_EQ((Gradient{{0.25}}).at(0), 0.25);
  EXPECT_EQ((Gradient{{0.25}}).at(0.7), 0.25);
  EXPECT_EQ((Gradient{{0.25}}).at(1), 0.25);
}

TEST(Gradient, OfBooleansIsAStep) {
  const Gradient two{{1, 0}};  // true except at t = 1
  for (const double t : {0.0, 0.5, 0.999}) EXPECT_EQ(two.at(t, Between::step), 1) << t;
  EXPECT_EQ(two.at(1, Between::step), 0);
  const Gradient three{{1, 0, 1}};  // entry trunc(2t)
  EXPECT_EQ(three.at(0.49, Between::step), 1);
  EXPECT_EQ(three.at(0.5, Between::step), 0);
  EXPECT_EQ(three.at(0.99, Between::step), 0);
  EXPECT_EQ(three.at(1, Between::step), 1);
}

Condition condition(std::optional<std::string> filter, std::vector<double> points) {
  return {.filter = std::move(filter), .value = {std::move(points)}, .mark = {}};
}

TEST(Condition, MatchesByCaseSensitiveSubstring) {
  const std::string tensor = "model.layers.5.mlp.down_proj.weight";
  EXPECT_TRUE(condition("mlp", {1}).matches(tensor));
  EXPECT_TRUE(condition("layers.5.", {1}).matches(tensor));
  EXPECT_FALSE(condition("MLP", {1}).matches(tensor));
  EXPECT_FALSE(condition("layers.*.mlp", {1}).matches(tensor)) << "no pattern language";
  EXPECT_TRUE(condition("*", {1}).matches(tensor));
  EXPECT_TRUE(condition(std::nullopt, {1}).matches(tensor));
}

TEST(ParameterSetting, FirstMatchWins) {
  const ParameterSetting setting{
      .conditions = {condition("self_attn", {0, 1}), condition("attn", {7}), condition("mlp", {3})},
      .mark = {}};
  EXPECT_EQ(setting.at("model.layers.0.self_attn.q_proj.weight", 0.5), 0.5);
  EXPECT_EQ(setting.at("h.0.attn.c_attn.weight", 0.5), 7);
  EXPECT_EQ(setting.at("model.layers.0.mlp.up_proj.weight", 0.5), 3);
  EXPECT_EQ(setting.at("model.norm.weight", 0), std::nullopt) << "the next level is asked";
}

TEST(ParameterSetting, ConstantHoldsEverywhere) {
  const ParameterSetting setting = ParameterSetting::constant(0.25);
  EXPECT_EQ(setting.at("anything", 0), 0.25);
  EXPECT_EQ(setting.at("", 1, Between::step), 0.25);
}

TEST(ParameterSetting, EqualityLooksAtWhatIsSaid) {
  ParameterSetting a = ParameterSetting::constant(0.25);
  ParameterSetting b = a;
  b.mark = {"file", 3, 4};
  b.conditions.front().mark = {"file", 3, 9};
  EXPECT_EQ(a, b);
  b.conditions.front().filter = "mlp";
  EXPECT_NE(a, b);
  EXPECT_NE(a, ParameterSetting::constant(0.5));
}

}  // namespace
}  // namespace tsugi::recipes
