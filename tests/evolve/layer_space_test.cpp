// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/layer_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/input_error.h"

namespace tsugi::evolve {
namespace {

using recipes::LayerForm;
using recipes::LayerSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// Models of three and two layers.
LayerPool small_pool() {
  return {.models = {{.text = "x/a", .mark = {}}, {.text = "x/b", .mark = {}}},
          .layers = {3, 2},
          .fold = {.divided = {"o_proj", "down_proj"}, .multiplied = {"up_proj"}, .impossible = ""},
          .dtype = DType::BF16};
}

LayerSpec spec_of(LayerForm form, bool scales) {
  LayerSpec spec;
  spec.form = form;
  spec.scales = scales;
  spec.latency = 2;
  spec.mark = {.file = "search.yaml", .line = 1, .column = 1};
  spec.scales_mark = {.file = "search.yaml", .line = 4, .column = 11};
  return spec;
}

// "a 0-2", "b 0-0 /2": model, first layer and the one behind the last, what closing projections are divided
// by.
std::vector<std::string> slices_of(const recipes::Recipe& recipe) {
  std::vector<std::string> out;
  for (const recipes::Slice& slice : recipe.slices) {
    const recipes::SliceSource& source = slice.sources.front();
    std::string text =
        source.model.text.substr(2) + " " + std::to_string(source.begin) + "-" + std::to_string(source.end);
    if (const auto found = source.parameters.find("scale"); found != source.parameters.end()) {
      const double value = *found->second.at("model.layers.0.mlp.down_proj.weight", 0);
      EXPECT_EQ(found->second.at("model.layers.0.self_attn.o_proj.bias", 0), value);
      EXPECT_DOUBLE_EQ(*found->second.at("model.layers.0.mlp.up_proj.weight", 0), 1 / value);
      EXPECT_FALSE(found->second.at("model.layers.0.input_layernorm.weight", 0));
      text += " *" + std::to_string(value).substr(0, 5);
    }
    out.push_back(text);
  }
  return out;
}

TEST(LayerSpace, StartsFromTheFirstModelAsItIs) {
  for (const LayerForm form : {LayerForm::indicator, LayerForm::path}) {
    const LayerSpace space(spec_of(form, true), small_pool());
    const recipes::Recipe recipe = space.decode(start_values(space));
    EXPECT_THAT(slices_of(recipe), ElementsAre("a 0-3"));
    EXPECT_EQ(recipe.merge_method, "passthrough");
    EXPECT_EQ(recipe.base_model->text, "x/a");
    EXPECT_EQ(recipe.dtype, DType::F32);
    EXPECT_EQ(recipe.out_dtype, DType::BF16);
    EXPECT_EQ(values_at(space, space.start_point()), start_values(space));
    EXPECT_EQ(recipes::parse_recipe(recipes::to_yaml(recipe), "x"), recipe);
  }
}

TEST(LayerSpace, IndicatorsAreThePoolSeveralTimesOver) {
  const LayerSpace space(spec_of(LayerForm::indicator, true), small_pool());
  ASSERT_THAT(space.genes(), SizeIs(2 * 5 * 2));
  EXPECT_EQ(space.genes()[1].name, "a layer 1");
  EXPECT_EQ(space.genes()[3].name, "b layer 0");
  EXPECT_EQ(space.genes()[7].name, "round 2 a layer 2");
  EXPECT_EQ(space.genes()[17].name, "round 2 a layer 2 scale");
  EXPECT_EQ(space.genes()[1].levels, 2U);
  EXPECT_EQ(space.genes()[17].levels, 0U);
  // On: b's layer 1 of the first round, a's 1 and 2 of the second.
  std::vector<double> values(20, 1);
  std::fill_n(values.begin(), 10, 0);
  values[4] = values[6] = values[7] = 1;
  EXPECT_THAT(slices_of(space.decode(values)), ElementsAre("a 0-0", "b 1-2", "a 1-3"));
  values[14] = 2;     // c_1 = 2, and so from there on
  values[17] = 0.25;  // c_3 = 1/2
  EXPECT_THAT(slices_of(space.decode(values)),
              ElementsAre("a 0-0", "b 1-2 *0.500", "a 1-2 *0.500", "a 2-3 *2.000"));
}

TEST(LayerSpace, PathsAreListsOfHops) {
  const LayerSpace space(spec_of(LayerForm::path, true), small_pool());
  ASSERT_THAT(space.genes(), SizeIs(2 * 6));
  EXPECT_EQ(space.genes()[0].levels, 6U);  // none and five layers
  EXPECT_EQ(space.genes()[11].name, "hop 5 scale");
  std::vector<double> values(12, 1);
  values[0] = 2;  // a's layer 1
  values[1] = 0;
  values[2] = 3;  // a's layer 2 goes on from there
  values[3] = 3;  // and again
  values[4] = 4;  // b's layer 0
  values[5] = 5;
  EXPECT_THAT(slices_of(space.decode(values)), ElementsAre("a 1-3", "a 2-3", "b 0-2", "a 0-0"));
  values[7] = 0.5;  // of a hop that is not there
  EXPECT_THAT(slices_of(space.decode(values)), ElementsAre("a 1-3", "a 2-3", "b 0-2", "a 0-0"));
}

TEST(LayerSpace, ProductsOfScalesStayInTheirRange) {
  const std::vector<PathHop> path = {{0, 0, 2}, {0, 1, 2}, {0, 2, 2}, {0, 0, 0.5}, {0, 1, 0.01}};
  EXPECT_THAT(scale_products(path, 4), ElementsAre(2, 4, 4, 2, 0.25));
}

TEST(LayerSpace, PathsWithoutLayersOrWithTooManyAreRefused) {
  LayerSpec spec = spec_of(LayerForm::indicator, false);
  const LayerSpace space(spec, small_pool());
  EXPECT_EQ(space.most_layers(), 6U);  // twice three
  std::vector<double> values(10, 0);
  EXPECT_EQ(space.refuses(values), "the path has no layers");
  std::fill_n(values.begin(), 6, 1);
  EXPECT_EQ(space.refuses(values), std::nullopt);
  values[9] = 1;
  EXPECT_EQ(space.refuses(values), "the path has 7 layers, and 6 are allowed");
  spec.max_layers = 4;
  EXPECT_EQ(LayerSpace(spec, small_pool()).most_layers(), 4U);
  spec.latency = 1.1;
  EXPECT_EQ(LayerSpace(spec, small_pool()).most_layers(), 3U);
}

TEST(LayerSpace, WhatCannotBeSearchedIsAnError) {
  LayerPool pool = small_pool();
  pool.fold.impossible = "no factor divides it";
  EXPECT_EQ(
      tests::message_of([&] { LayerSpace(spec_of(LayerForm::indicator, true), pool); }),
      "search.yaml:4:11: scales cannot be folded into weights: no factor divides it; write scales: none");
  EXPECT_EQ(tests::message_of([&] { LayerSpace(spec_of(LayerForm::indicator, false), pool); }), "no error");
  LayerSpec spec = spec_of(LayerForm::path, false);
  spec.max_layers = 2;
  EXPECT_THAT(
      tests::message_of([&] { LayerSpace(spec, small_pool()); }),
      HasSubstr("search.yaml:1:1: paths have 2 layers at most, and the search starts from the 3 of 'x/a'"));
}

TEST(LayerSpace, TheUsualStackOverlapsByHalf) {
  LayerPool pool = small_pool();
  pool.layers = {8, 8};
  std::vector<std::size_t> layers;
  for (const PathHop& hop : usual_stack(pool)) layers.push_back(10 * hop.model + hop.layer);
  EXPECT_THAT(layers, ElementsAre(0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17));
  pool.models.pop_back();
  pool.layers.pop_back();
  EXPECT_EQ(usual_stack(pool)[6].model, 0U);
}

}  // namespace
}  // namespace tsugi::evolve
