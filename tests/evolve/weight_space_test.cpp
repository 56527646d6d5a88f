// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/weight_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using recipes::ModelReference;
using testing::HasSubstr;

ModelReference model(const std::string& text) {
  return {.text = text, .mark = {}};
}

recipes::GenomeSpec spec_of(const std::string& method, const std::vector<std::string>& models) {
  recipes::GenomeSpec spec;
  for (const std::string& text : models) spec.models.push_back(model(text));
  spec.merge_method = method;
  spec.method_mark = {.file = "search.yaml", .line = 2, .column = 3};
  return spec;
}

ModelFamily family(std::size_t layers) {
  return {.layers = layers, .before = {"embed"}, .after = {"norm", "head"}, .dtype = DType::BF16, .seed = 7};
}

// 0.01, 0.02, …: every gene can be told from every other in the recipe.
std::vector<double> numbered(const WeightSpace& space) {
  std::vector<double> values(space.genes().size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.01 * static_cast<double>(i + 1);
  return values;
}

double value(const recipes::ParameterMap& map, const std::string& parameter, std::string_view tensor,
             double t = 0) {
  const auto found = map.find(parameter);
  if (found == map.end()) return -1;
  return found->second.at(tensor, t).value_or(-2);
}

TEST(WeightSpace, GenesAreGroupsTimesModelsTimesFiltersTimesParameters) {
  recipes::GenomeSpec spec = spec_of("ties", {"a/math", "a/ja"});
  spec.base_model = model("a/base");
  spec.layer_granularity = 3;  // 8 layers: groups of 3, 3 and 2
  spec.filters = {"mlp"};
  spec.outside_layers = true;
  const WeightSpace space(spec, family(8));
  ASSERT_EQ(space.genes().size(), 3U * 2 * 2 * 2 + 2 * 2);
  EXPECT_EQ(space.genes()[0].name, "layers 0-2 math weight (mlp)");
  EXPECT_EQ(space.genes()[1].name, "layers 0-2 math density (mlp)");
  EXPECT_EQ(space.genes()[2].name, "layers 0-2 math weight");
  EXPECT_EQ(space.genes()[4].name, "layers 0-2 ja weight (mlp)");
  EXPECT_EQ(space.genes()[23].name, "layers 6-7 ja density");
  EXPECT_EQ(space.genes()[24].name, "outside math weight");
  EXPECT_EQ(space.genes()[27].name, "outside ja density");
  EXPECT_DOUBLE_EQ(space.genes()[0].start, 0.5);  // mergekit-evolve's starts: weight 1/J, density 1
  EXPECT_DOUBLE_EQ(space.genes()[1].start, 1);
}

TEST(WeightSpace, DecodesToSlicesAsMergekitEvolveEmitsThem) {
  recipes::GenomeSpec spec = spec_of("ties", {"math", "ja"});
  spec.base_model = model("base");
  spec.layer_granularity = 3;
  spec.filters = {"mlp"};
  spec.outside_layers = true;
  const WeightSpace space(spec, family(8));
  const recipes::Recipe recipe = space.decode(numbered(space));
  EXPECT_EQ(recipe.merge_method, "ties");
  EXPECT_EQ(recipe.base_model->text, "base");
  EXPECT_EQ(recipe.dtype, DType::F32);
  EXPECT_EQ(recipe.out_dtype, DType::BF16);
  EXPECT_FALSE(recipe.seed);  // ties draws nothing
  EXPECT_DOUBLE_EQ(value(recipe.parameters, "normalize", "x"), 1);
  ASSERT_EQ(recipe.slices.size(), 3U);
  for (std::size_t g = 0; g < 3; ++g) {
    const recipes::Slice& slice = recipe.slices[g];
    ASSERT_EQ(slice.sources.size(), 3U);
    EXPECT_EQ(slice.sources[2].model.text, "base");
    EXPECT_TRUE(slice.sources[2].parameters.empty());
    for (const recipes::SliceSource& source : slice.sources) {
      EXPECT_EQ(source.begin, static_cast<int>(3 * g));
      EXPECT_EQ(source.end, g == 2 ? 8 : static_cast<int>(3 * g + 3));
    }
    for (std::size_t m = 0; m < 2; ++m) {
      const double first = 0.01 * static_cast<double>(8 * g + 4 * m + 1);
      const recipes::ParameterMap& map = slice.sources[m].parameters;
      EXPECT_NEAR(value(map, "weight", "layers.1.mlp.up"), first, 1e-12);
      EXPECT_NEAR(value(map, "density", "layers.1.mlp.up"), first + 0.01, 1e-12);
      EXPECT_NEAR(value(map, "weight", "layers.1.attn.q"), first + 0.02, 1e-12);
      EXPECT_NEAR(value(map, "density", "layers.1.attn.q"), first + 0.03, 1e-12);
      // Outside: the first slice decides in front of the layers, the last behind them, others not at all.
      const double outside = 0.01 * static_cast<double>(25 + 2 * m);
      EXPECT_NEAR(value(map, "weight", "embed"), g == 0 ? outside : first + 0.02, 1e-12);
      EXPECT_NEAR(value(map, "weight", "norm"), g == 2 ? outside : first + 0.02, 1e-12);
      EXPECT_NEAR(value(map, "density", "head"), g == 2 ? outside + 0.01 : first + 0.03, 1e-12);
    }
  }
}

TEST(WeightSpace, SmoothGivesOneGradientForEachModel) {
  recipes::GenomeSpec spec = spec_of("linear", {"math", "ja"});
  spec.layer_granularity = 2;
  spec.smooth = true;
  const WeightSpace space(spec, family(5));
  ASSERT_EQ(space.genes().size(), 6U);
  const recipes::Recipe recipe = space.decode(numbered(space));
  EXPECT_TRUE(recipe.slices.empty());
  ASSERT_EQ(recipe.models.size(), 2U);
  const auto& setting = recipe.models[1].parameters.at("weight");
  ASSERT_EQ(setting.conditions.size(), 1U);
  const std::vector<double> expected = {0.02, 0.04, 0.06};  // group x model: every second gene
  for (std::size_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(setting.conditions[0].value.points[i], expected[i]);
}

TEST(WeightSpace, SlerpHasOneTForEachGroupAndTheFirstModelIsTheBase) {
  recipes::GenomeSpec spec = spec_of("slerp", {"math", "ja"});
  spec.layer_granularity = 4;
  const WeightSpace space(spec, family(8));
  ASSERT_EQ(space.genes().size(), 2U);
  EXPECT_EQ(space.genes()[1].name, "layers 4-7 t");
  EXPECT_DOUBLE_EQ(space.genes()[0].start, 0.5);
  const recipes::Recipe recipe = space.decode(std::vector<double>{0.25, 0.75});
  EXPECT_EQ(recipe.base_model->text, "math");
  ASSERT_EQ(recipe.slices.size(), 2U);
  ASSERT_EQ(recipe.slices[1].sources.size(), 2U);
  EXPECT_DOUBLE_EQ(value(recipe.slices[1].parameters, "t", "x"), 0.75);
  EXPECT_TRUE(recipe.slices[1].sources[1].parameters.empty());
}

TEST(WeightSpace, ABaseAmongTheModelsHasNoGenes) {
  recipes::GenomeSpec spec = spec_of("task_arithmetic", {"base", "math", "ja"});
  spec.base_model = model("base");
  const WeightSpace space(spec, family(8));
  ASSERT_EQ(space.genes().size(), 2U);
  EXPECT_EQ(space.genes()[0].name, "layers 0-7 math weight");
  const recipes::Recipe recipe = space.decode(numbered(space));
  ASSERT_EQ(recipe.slices.size(), 1U);
  EXPECT_EQ(recipe.slices[0].sources[0].model.text, "base");
  EXPECT_TRUE(recipe.slices[0].sources[0].parameters.empty());
}

TEST(WeightSpace, RangesComeFromTheSearchFileElseFromTheMethodsTable) {
  recipes::GenomeSpec spec = spec_of("task_arithmetic", {"math", "ja"});
  spec.base_model = model("base");
  const merge::Parameter* weight = merge::find_method("task_arithmetic")->find("weight");
  EXPECT_EQ(WeightSpace(spec, family(2)).genes()[0].low, std::max(0.0, weight->searched.low));
  EXPECT_EQ(WeightSpace(spec, family(2)).genes()[0].high, weight->searched.high);
  spec.allow_negative_weights = true;
  EXPECT_EQ(WeightSpace(spec, family(2)).genes()[0].low, -weight->searched.high);
  spec.allow_negative_weights = false;
  spec.ranges["weight"] = {.low = -0.5, .high = 2.0, .start = 0.75, .mark = {}};
  const Gene gene = WeightSpace(spec, family(2)).genes()[0];
  EXPECT_EQ(gene.low, -0.5);
  EXPECT_EQ(gene.high, 2);
  EXPECT_EQ(gene.start, 0.75);
  EXPECT_DOUBLE_EQ(value_at(gene, 0.5), 0.75);
  EXPECT_DOUBLE_EQ(unit_at(gene, 0.75), 0.5);
}

TEST(Gene, WithLevelsTakesTheNearestOfThem) {
  const Gene gene{.name = "switch", .low = 0, .high = 1, .start = 0, .levels = 2};
  EXPECT_EQ(value_at(gene, 0.49), 0);
  EXPECT_EQ(value_at(gene, 0.51), 1);
  const Gene doubled{.name = "scale", .low = 0.5, .high = 2, .scale = merge::Scale::logarithmic, .levels = 3};
  EXPECT_NEAR(value_at(doubled, 0.6), 1, 1e-15);  // 0.5, 1, 2: one operation's rounding
  EXPECT_NEAR(value_at(doubled, 0.8), 2, 2e-15);
}

TEST(WeightSpace, AGlobalParameterNamedInRangesIsSearchedToo) {
  recipes::GenomeSpec spec = spec_of("ties", {"math"});
  spec.base_model = model("base");
  spec.ranges["lambda"] = {.low = 0.5, .high = 1.5, .start = 1.0, .mark = {}};
  const WeightSpace space(spec, family(2));
  ASSERT_EQ(space.genes().size(), 3U);
  EXPECT_EQ(space.genes()[2].name, "layers 0-1 lambda");
  EXPECT_DOUBLE_EQ(value(space.decode(numbered(space)).slices[0].parameters, "lambda", "x"), 0.03);
}

TEST(WeightSpace, UniformIsTheUsualStartWhateverTheSearchFileSays) {
  recipes::GenomeSpec spec = spec_of("ties", {"a", "b", "c", "d"});
  spec.base_model = model("base");
  spec.ranges["weight"] = {.low = 0.5, .high = 2.0, .start = 1.0, .mark = {}};
  spec.outside_layers = true;
  const WeightSpace space(spec, family(2));
  const std::vector<Baseline> baselines = space.baselines();
  ASSERT_EQ(baselines.size(), 1U);
  EXPECT_EQ(baselines[0].name, "uniform");
  ASSERT_EQ(baselines[0].genes.size(), space.genes().size());
  for (std::size_t i = 0; i < baselines[0].genes.size(); ++i)
    EXPECT_EQ(baselines[0].genes[i], i % 2 == 0 ? 0.25 : 1);
}

TEST(WeightSpace, NormalizeIsPassedOn) {
  recipes::GenomeSpec spec = spec_of("ties", {"math"});
  spec.base_model = model("base");
  spec.normalize = false;
  const WeightSpace space(spec, family(2));
  EXPECT_DOUBLE_EQ(value(space.decode(numbered(space)).parameters, "normalize", "x"), 0);
}

TEST(WeightSpace, RecipesSurviveBeingWrittenAndRead) {
  recipes::GenomeSpec spec = spec_of("ties", {"math", "ja"});
  spec.base_model = model("base");
  spec.layer_granularity = 2;
  spec.filters = {"mlp", "self_attn"};
  spec.outside_layers = true;
  const WeightSpace space(spec, family(8));
  std::vector<double> values = numbered(space);
  for (double& v : values) v /= 3;  // digits that do not end
  const recipes::Recipe recipe = space.decode(values);
  EXPECT_TRUE(recipe == recipes::parse_recipe(recipes::to_yaml(recipe), "recipe.yaml"));
}

std::string error_of(const recipes::GenomeSpec& spec) {
  try {
    WeightSpace(spec, family(8));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(WeightSpace, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(error_of(spec_of("tis", {"a"})),
              HasSubstr("search.yaml:2:3: unknown merge method 'tis'; did you mean 'ties'?"));
  EXPECT_THAT(error_of(spec_of("ties", {"a", "b"})), HasSubstr("ties needs a base model"));
  EXPECT_THAT(error_of(spec_of("slerp", {"a", "b", "c"})), HasSubstr("slerp needs a base model"));
  EXPECT_THAT(error_of(spec_of("linear", {"a", "a"})), HasSubstr("model 'a' is listed twice"));
  EXPECT_THAT(error_of(spec_of("linear", {})), HasSubstr("0 given"));
  recipes::GenomeSpec spec = spec_of("linear", {"a", "b"});
  spec.ranges["wieght"] = {
      .low = 0, .high = 1, .start = {}, .mark = {.file = "s.yaml", .line = 9, .column = 5}};
  EXPECT_THAT(error_of(spec),
              HasSubstr("s.yaml:9:5: linear has no parameter 'wieght' to search; did you mean 'weight'?"));
  spec.ranges.clear();
  spec.ranges["weight"] = {.low = 1, .high = 0.5, .start = {}, .mark = {}};
  EXPECT_THAT(error_of(spec), HasSubstr("cannot move between 1 and 0.5"));
  spec.ranges["weight"] = {.low = 0, .high = 1, .start = 2, .mark = {}};
  EXPECT_THAT(error_of(spec), HasSubstr("weight starts at 2, outside [0, 1]"));
}

TEST(Genes, LogarithmicScaleMovesByFactors) {
  const Gene gene{.name = "x", .low = 0.01, .high = 100, .start = 1, .scale = merge::Scale::logarithmic};
  EXPECT_NEAR(value_at(gene, 0.5), 1, 1e-12);
  EXPECT_NEAR(unit_at(gene, 10), 0.75, 1e-12);
}

TEST(Genes, ShortNamesAreTheLastPartUnlessTwoAreTheSame) {
  const std::vector<ModelReference> models = {model("runs/a/"), model("x/b"), model("y/b")};
  EXPECT_EQ(short_names(models), (std::vector<std::string>{"a", "x/b", "y/b"}));
}

}  // namespace
}  // namespace tsugi::evolve
