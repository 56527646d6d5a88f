// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/layer_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/search_spec.h"
#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

using testing::HasSubstr;

SearchSpec parse(const std::string& text) {
  return parse_search(text, "s.yaml");
}

/// The message for a search of layers with one more line, which is line 2.
std::string error_of(const std::string& line) {
  return tests::message_of([&] { parse("layers:\n  " + line + "\n  models: [a, b]\ntasks: [t]\n"); });
}

TEST(SearchLayers, EveryKeyIsRead) {
  const SearchSpec search = parse(
      "genome: {models: [a, b, c]}\n"
      "layers:\n"
      "  models: [c, a]\n"
      "  form: indicator\n"
      "  repeats: 3\n"
      "  scales: hop\n"
      "  scale_range: {low: 0.8, high: 1.25, product: 2}\n"
      "  max_layers: 40\n"
      "  latency: 1.25\n"
      "  dtype: bfloat16\n"
      "tasks: [t]\n");
  ASSERT_TRUE(search.layers);
  const LayerSpec& layers = *search.layers;
  EXPECT_EQ(search.genome.models.size(), 3U);
  EXPECT_EQ(search.genome.merge_method, "");
  ASSERT_EQ(layers.models.size(), 2U);
  EXPECT_EQ(layers.models[0].text, "c");
  EXPECT_EQ(layers.form, LayerForm::indicator);
  EXPECT_EQ(layers.repeats, 3);
  EXPECT_TRUE(layers.scales);
  EXPECT_EQ(layers.lowest_scale, 0.8);
  EXPECT_EQ(layers.highest_scale, 1.25);
  EXPECT_EQ(layers.most_product, 2);
  EXPECT_EQ(layers.max_layers, 40);
  EXPECT_EQ(layers.latency, 1.25);
  EXPECT_EQ(layers.dtype, DType::BF16);
}

TEST(SearchLayers, ModelsStandInEitherPlace) {
  const SearchSpec own = parse("layers: {models: [a, b]}\ntasks: [t]\n");
  EXPECT_EQ(own.genome.models.size(), 2U);
  EXPECT_FALSE(own.layers->max_layers);
  EXPECT_TRUE(own.layers->scales);
  const SearchSpec genome =
      parse("genome: {models: [a, b]}\nlayers: {form: path, scales: none}\ntasks: [t]\n");
  EXPECT_EQ(genome.layers->models.size(), 2U);
  EXPECT_EQ(genome.layers->form, LayerForm::path);
  EXPECT_FALSE(genome.layers->scales);
}

TEST(SearchLayers, WhatIsWrongIsSaidAtItsPlace) {
  EXPECT_EQ(error_of("shape: round"),
            "s.yaml:2:3: unknown key 'shape'; known: models, form, repeats, scales, scale_range, max_layers, "
            "latency, dtype");
  EXPECT_THAT(error_of("form: tree"), HasSubstr("s.yaml:2:9: form is 'tree', expected indicator or path"));
  EXPECT_THAT(error_of("repeats: 0"), HasSubstr("s.yaml:2:12: repeats is '0'"));
  EXPECT_THAT(error_of("repeats: 2\n  form: path"), HasSubstr("s.yaml:2:3: repeats with form: path"));
  EXPECT_THAT(error_of("scales: layer"), HasSubstr("s.yaml:2:11: scales is 'layer', expected hop or none"));
  EXPECT_THAT(error_of("scales: none\n  scale_range: {low: 0.5}"),
              HasSubstr("s.yaml:3:3: scale_range with scales"));
  EXPECT_THAT(error_of("scale_range: {low: 0}"), HasSubstr("s.yaml:2:3: scales from 0 to 2"));
  EXPECT_THAT(error_of("scale_range: {low: 1.5}"), HasSubstr("s.yaml:2:3: scales from 1.5 to 2"));
  EXPECT_THAT(error_of("scale_range: {product: 0.5}"), HasSubstr("s.yaml:2:3: product 0.5"));
  EXPECT_THAT(error_of("latency: 0"), HasSubstr("s.yaml:2:12: latency is '0'"));
  EXPECT_THAT(error_of("max_layers: 0"), HasSubstr("s.yaml:2:15: max_layers is '0'"));
  EXPECT_THAT(error_of("dtype: int8"), HasSubstr("s.yaml:2:10:"));
}

TEST(SearchLayers, AGenomeBesideThemIsSearchedToo) {
  const SearchSpec both =
      parse("genome: {models: [a, b], merge_method: linear}\nlayers: {models: [c]}\ntasks: [t]\n");
  EXPECT_EQ(both.genome.merge_method, "linear");
  EXPECT_EQ(both.genome.models.size(), 2U);
  EXPECT_EQ(both.layers->models.size(), 1U);
  EXPECT_TRUE(both.stages.empty());
  EXPECT_THAT(tests::message_of([] {
                parse("genome: {models: [a, b], dtype: bfloat16}\nlayers: {form: path}\ntasks: [t]\n");
              }),
              HasSubstr("has no 'merge_method'"));
  EXPECT_THAT(tests::message_of([] { parse("layers: {form: path}\ntasks: [t]\n"); }), HasSubstr("genome"));
  EXPECT_THAT(tests::message_of([] { parse("genome: {models: [a, b]}\ntasks: [t]\n"); }),
              HasSubstr("has no 'merge_method'"));
}

/// A search of both with one more line, which is line 3.
std::string both_with(const std::string& line) {
  return "genome: {models: [a, b], merge_method: linear}\nlayers: {}\n" + line + "\ntasks: [t]\n";
}

TEST(SearchStages, AreWeightsThenLayers) {
  const SearchSpec search =
      parse(both_with("stages:\n  - {space: weights, evaluations: 30, optimizer: {name: bobyqa}}\n"
                      "  - {space: layers, evaluations: 50}\noptimizer: {name: cma_es_margin, sigma: 0.2}"));
  ASSERT_EQ(search.stages.size(), 2U);
  EXPECT_EQ(search.stages[0].evaluations, 30);
  EXPECT_EQ(search.stages[0].optimizer.name, "bobyqa");
  EXPECT_EQ(search.stages[1].optimizer.name, "cma_es_margin");
  EXPECT_EQ(search.stages[1].optimizer.settings.size(), 1U);
  EXPECT_EQ(search.evaluations, 80);
}

TEST(SearchStages, WhatIsWrongIsSaidAtItsPlace) {
  const auto error = [](const std::string& line) {
    return tests::message_of([&] { parse(both_with(line)); });
  };
  const std::string weights = "{space: weights, evaluations: 30}";
  const std::string layers = "{space: layers, evaluations: 30}";
  const std::string both = "stages: [" + weights + ", " + layers + "]";
  EXPECT_EQ(error(both), "no error");
  EXPECT_THAT(error("stages: [" + layers + ", " + weights + "]"),
              HasSubstr("s.yaml:3:18: space is 'layers', expected weights in the first stage"));
  EXPECT_THAT(error("stages: [" + weights + "]"),
              HasSubstr("s.yaml:3:1: 1 stages, expected weights and layers"));
  EXPECT_THAT(error("stages: [{space: weights}]"), HasSubstr("a stage has no 'evaluations'"));
  EXPECT_THAT(error("stages: [{space: weights, evaluations: 0}]"), HasSubstr("evaluations is '0'"));
  EXPECT_THAT(error(both + "\nevaluations: 9"), HasSubstr("s.yaml:4:1: evaluations beside stages"));
  EXPECT_THAT(error(both + "\nearly_stop: {patience: 3}"), HasSubstr("s.yaml:4:1: early_stop beside stages"));
  EXPECT_THAT(tests::message_of([&] { parse("layers: {models: [a]}\n" + both + "\ntasks: [t]\n"); }),
              HasSubstr("s.yaml:2:1: stages of a search without both"));
}

}  // namespace
}  // namespace tsugi::recipes
