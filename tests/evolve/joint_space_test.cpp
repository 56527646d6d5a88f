// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/joint_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evolve/genomes/weight_space.h"
#include "recipes/recipe_graph.h"

namespace tsugi::evolve {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// The merge, of three layers, and one more model of two.
LayerSpace small_layers() {
  recipes::LayerSpec spec;
  spec.repeats = 1;
  spec.latency = 2;
  return {spec,
          {.models = {{.text = kEvolvedWeights, .mark = {}}, {.text = "x/b", .mark = {}}},
           .layers = {3, 2},
           .fold = {.divided = {"down_proj"}, .multiplied = {}, .impossible = ""},
           .dtype = DType::BF16}};
}

std::unique_ptr<WeightSpace> small_weights() {
  recipes::GenomeSpec spec;
  spec.models = {{.text = "x/a", .mark = {}}, {.text = "x/c", .mark = {}}};
  spec.merge_method = "linear";
  ModelFamily family;
  family.layers = 3;
  return std::make_unique<WeightSpace>(spec, family);
}

TEST(JointSpace, GenesOfWeightsComeFirst) {
  const JointSpace space(small_weights(), small_layers());
  ASSERT_THAT(space.genes(), SizeIs(2 + 2 * 5));
  EXPECT_EQ(space.genes()[0].name, "layers 0-2 a weight");
  EXPECT_EQ(space.genes()[2].name, "evolved_weights layer 0");
  EXPECT_EQ(space.genes()[5].name, "b layer 0");
  EXPECT_THAT(space.start_point(), SizeIs(12));
  EXPECT_EQ(values_at(space, space.start_point()), start_values(space));
  EXPECT_EQ(space.most_layers(), 6U);
}

TEST(JointSpace, ThePlainPathIsTheMergeAlone) {
  const auto weights = small_weights();
  const JointSpace space(small_weights(), small_layers());
  const std::vector<double> start = start_values(space);
  EXPECT_THAT(space.earlier(start), IsEmpty());
  EXPECT_EQ(space.decode(start), weights->decode(start_values(*weights)));
  ASSERT_THAT(space.baselines(), SizeIs(1));
  EXPECT_EQ(space.baselines()[0].genes.size(), 12U);
  EXPECT_THAT(space.earlier(space.baselines()[0].genes), IsEmpty());
}

TEST(JointSpace, AnotherPathIsAGraphOfTwoMerges) {
  const auto weights = small_weights();
  const JointSpace space(small_weights(), small_layers());
  std::vector<double> values = start_values(space);
  values[0] = 0.75;
  values[3] = 0;  // without the merge's layer 1
  values[5] = 1;  // and with b's layer 0 in the end
  const std::vector<recipes::Recipe> earlier = space.earlier(values);
  ASSERT_THAT(earlier, SizeIs(1));
  EXPECT_EQ(earlier[0].name, kEvolvedWeights);
  recipes::Recipe unnamed = earlier[0];
  unnamed.name.clear();
  EXPECT_EQ(unnamed, weights->decode(std::span(values).first(2)));
  const recipes::Recipe path = space.decode(values);
  EXPECT_EQ(path.merge_method, "passthrough");
  ASSERT_THAT(path.slices, SizeIs(4));  // the merge's 0, its 2, b's 0, and the merge's final norm
  EXPECT_EQ(path.slices[1].sources[0].model.text, kEvolvedWeights);
  EXPECT_EQ(path.slices[2].sources[0].model.text, "x/b");
  // What is archived reads back to the same graph.
  const recipes::RecipeGraph graph{{earlier[0], path}};
  const recipes::RecipeGraph back = recipes::parse_recipe_graph(to_yaml(graph), "winner.yaml");
  ASSERT_THAT(back.steps, SizeIs(2));
  EXPECT_EQ(back.steps[0], graph.steps[0]);
  EXPECT_EQ(back.steps[1], graph.steps[1]);
}

TEST(JointSpace, OneMergeHasNoGenes) {
  const auto weights = small_weights();
  const recipes::Recipe recipe = weights->decode(start_values(*weights));
  const JointSpace space(std::make_unique<OneMerge>(recipe), small_layers());
  ASSERT_THAT(space.genes(), SizeIs(10));
  EXPECT_EQ(space.decode(start_values(space)), recipe);
  std::vector<double> values = start_values(space);
  values[0] = 0;
  ASSERT_THAT(space.earlier(values), SizeIs(1));
  std::fill(values.begin(), values.end(), 0);
  EXPECT_EQ(space.refuses(values), "the path has no layers");
}

}  // namespace
}  // namespace tsugi::evolve
