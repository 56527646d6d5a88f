// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/method_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/input_error.h"

namespace tsugi::evolve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

recipes::GenomeSpec spec_of(const std::string& methods, const std::string& more = "") {
  return recipes::parse_search("genome:\n  models: [a, b]\n  base_model: z\n  merge_method: " + methods +
                                   "\n" + more + "tasks: [t]\n",
                               "s.yaml")
      .genome;
}

ModelFamily family() {
  return {.layers = 2, .before = {}, .after = {}, .dtype = {}, .seed = 5, .tensors = {}};
}

std::vector<std::string> names(const GeneSpace& space) {
  std::vector<std::string> out;
  for (const Gene& gene : space.genes()) out.push_back(gene.name);
  return out;
}

// The table describes the weight of ties and dare_ties by the same words, their densities by others.
TEST(MethodChoice, WhatMeansTheSameIsOneGene) {
  const MethodChoice space(spec_of("[ties, dare_ties]"), family());
  EXPECT_THAT(names(space),
              ElementsAre("method ties", "method dare_ties", "layers 0-1 a weight",
                          "layers 0-1 a density [ties]", "layers 0-1 b weight", "layers 0-1 b density [ties]",
                          "layers 0-1 a density [dare_ties]", "layers 0-1 b density [dare_ties]"));
}

// A share of an average is no factor on a task vector, nor is a factor one that is divided by the sum.
TEST(MethodChoice, WhatMeansSomethingElseIsNot) {
  EXPECT_THAT(names(MethodChoice(spec_of("[linear, task_arithmetic]"), family())),
              ElementsAre("method linear", "method task_arithmetic", "layers 0-1 a weight [linear]",
                          "layers 0-1 b weight [linear]", "layers 0-1 a weight [task_arithmetic]",
                          "layers 0-1 b weight [task_arithmetic]"));
  // della elects as ties does, but does not normalize by default.
  EXPECT_THAT(names(MethodChoice(spec_of("[ties, della]"), family())),
              testing::Contains("layers 0-1 a weight [della]"));
  EXPECT_THAT(names(MethodChoice(spec_of("[ties, della]", "  normalize: true\n"), family())),
              testing::Contains("layers 0-1 a weight"));
}

TEST(MethodChoice, TheLargestOfTheMethodsGenesChooses) {
  const recipes::GenomeSpec spec = spec_of("[ties, dare_ties, task_arithmetic]");
  const MethodChoice space(spec, family());
  std::vector<double> values = start_values(space);
  EXPECT_EQ(space.decode(values).merge_method, "ties");  // all are equal: the first
  const auto place = [&](const std::string& name) {
    const auto all = names(space);
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), name) - all.begin());
  };
  values[place("layers 0-1 a weight [ties, dare_ties]")] = 0.75;
  values[place("layers 0-1 a density [dare_ties]")] = 0.25;
  values[place("layers 0-1 a weight [task_arithmetic]")] = 1.25;
  values[1] = 0.6;
  // Exactly what the method's own space says of the same numbers.
  const WeightSpace dare(spec_of("dare_ties"), family());
  EXPECT_TRUE(space.decode(values) == dare.decode(std::vector<double>{0.75, 0.25, 0.5, 1}));
  values[2] = 0.7;
  const WeightSpace arithmetic(spec_of("task_arithmetic"), family());
  EXPECT_TRUE(space.decode(values) == arithmetic.decode(std::vector<double>{1.25, 0.5}));
}

TEST(MethodChoice, EachMethodHasItsUniformMerge) {
  const MethodChoice space(spec_of("[ties, linear]"), family());
  const std::vector<Baseline> baselines = space.baselines();
  ASSERT_EQ(baselines.size(), 2U);
  EXPECT_EQ(baselines[0].name, "uniform ties");
  EXPECT_EQ(baselines[1].name, "uniform linear");
  const WeightSpace linear(spec_of("linear"), family());
  EXPECT_TRUE(space.decode(baselines[1].genes) == linear.decode(linear.baselines().front().genes));
}

TEST(MethodChoice, RangesAreForAllMethodsThatHaveTheParameterOrForOne) {
  const MethodChoice space(spec_of("[ties, dare_ties]",
                                   "  ranges:\n"
                                   "    density: {low: 0.3}\n"
                                   "    dare_ties.density: {low: 0.6}\n"
                                   "    ties.lambda: {}\n"),
                           family());
  for (const Gene& gene : space.genes()) {
    if (gene.name.find("density") == std::string::npos) continue;
    EXPECT_EQ(gene.low, gene.name.ends_with("[ties]") ? 0.3 : 0.6) << gene.name;
  }
  EXPECT_THAT(names(space), testing::Contains("layers 0-1 lambda [ties]"));
  const auto error = [](const std::string& range) {
    return tests::message_of(
        [&] { MethodChoice(spec_of("[ties, dare_ties]", "  ranges: {" + range + ": {}}\n"), family()); });
  };
  EXPECT_EQ(error("wieght"),
            "s.yaml:5:12: none of the methods has a parameter 'wieght' to search; did you mean 'weight'?");
  EXPECT_THAT(error("linear.weight"), HasSubstr("none of the methods has a parameter 'linear.weight'"));
}

TEST(MethodChoice, OneMethodIsAPlainSpace) {
  EXPECT_THAT(names(*make_weight_space(spec_of("[linear]"), family())),
              ElementsAre("layers 0-1 a weight", "layers 0-1 b weight"));
  EXPECT_EQ(names(*make_weight_space(spec_of("[ties, dare_ties]"), family())).front(), "method ties");
}

TEST(RandomInit, DrawsStartsFromZeroToOneWhereTheRangeIs) {
  recipes::GenomeSpec spec =
      spec_of("ties", "  layer_granularity: 1\n  ranges: {weight: {low: -1, high: 3}}\n");
  spec.random_init = true;
  const WeightSpace space(spec, family());
  const WeightSpace same(spec, family());
  ModelFamily other = family();
  other.seed = 6;
  const WeightSpace elsewhere(spec, other);
  EXPECT_EQ(start_values(space), start_values(same));
  EXPECT_NE(start_values(space), start_values(elsewhere));
  const std::vector<double> starts = start_values(space);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    EXPECT_GE(starts[i], i % 2 == 0 ? 0 : 0.1);  // densities begin at 0.1
    EXPECT_LE(starts[i], 1);
    EXPECT_NE(starts[i], i % 2 == 0 ? 0.5 : 1);
  }
}

TEST(RandomInit, DrawsTheMethodToo) {
  recipes::GenomeSpec spec = spec_of("[ties, linear, task_arithmetic]");
  spec.random_init = true;
  std::set<std::string> methods;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ModelFamily seeded = family();
    seeded.seed = seed;
    const MethodChoice space(spec, seeded);
    methods.insert(space.decode(start_values(space)).merge_method);
  }
  EXPECT_EQ(methods.size(), 3U);  // missing one of three in twenty draws: 3 (2/3)^20 < 0.001
}

}  // namespace
}  // namespace tsugi::evolve
