// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Every way in which a recipe can be wrong once its models are known, word for word.
#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

using testing::HasSubstr;

using PlanErrors = PlanFixture;

TEST_F(PlanErrors, UnknownMethod) {
  EXPECT_EQ(error("merge_method: tis\nmodels: [{model: \"@a\"}]"),
            "r.yaml:1:15: unknown merge method 'tis'; did you mean 'ties'?");
}

TEST_F(PlanErrors, UnknownParameter) {
  EXPECT_EQ(error("merge_method: ties\nbase_model: \"@base\"\nmodels:\n  - model: \"@a\"\n    parameters:\n  "
                  "    wieght: 1"),
            "r.yaml:6:7: unknown parameter 'wieght' of ties; did you mean 'weight'?");
}

TEST_F(PlanErrors, GlobalParameterUnderAModel) {
  EXPECT_THAT(error("merge_method: slerp\nbase_model: \"@base\"\nmodels:\n  - model: \"@a\"\n    "
                    "parameters:\n      t: 1"),
              "r.yaml:6:7: 't' stands under one model, but slerp has one value of it for all; move it to the "
              "parameters "
              "of the slice or of the recipe");
}

TEST_F(PlanErrors, ValueOutOfRange) {
  EXPECT_EQ(
      error("merge_method: ties\nbase_model: \"@base\"\nmodels: [{model: \"@a\"}]\nparameters:\n  weight: 1\n"
            "  density: [0.5, -0.25]"),
      "r.yaml:6:12: 'density' is -0.25, expected a number in [0, inf); choose a value that ties accepts");
  EXPECT_THAT(error("merge_method: linear\nmodels: [{model: \"@a\"}]\nparameters:\n  weight: .nan"),
              HasSubstr("nan"));
  EXPECT_EQ(
      error("merge_method: linear\nmodels: [{model: \"@a\"}]\nparameters:\n  weight: 1\n  normalize: 0.5"),
      "r.yaml:5:14: 'normalize' is 0.5, expected true or false; write true or false");
}

TEST_F(PlanErrors, RequiredParameterMissing) {
  EXPECT_EQ(
      error(
          "merge_method: linear\nmodels:\n  - {model: \"@a\", parameters: {weight: 1}}\n  - {model: \"@b\"}"),
      "r.yaml:4:13: linear requires 'weight' of each model, and '@b' has no value for it at tensor "
      "'model.embed_tokens.weight'; add weight: under the parameters of the model, the slice or the recipe");
  EXPECT_THAT(
      error("merge_method: slerp\nbase_model: \"@base\"\nmodels: [{model: \"@a\"}]"),
      HasSubstr(
          "slerp requires 't', and tensor 'model.embed_tokens.weight' has no value for it; add t: under "
          "parameters"));
}

TEST_F(PlanErrors, BaseThatJoinsLinearWithoutWeight) {
  EXPECT_EQ(error("merge_method: linear\nbase_model: \"@base\"\nmodels:\n  - {model: \"@a\", parameters: "
                  "{weight: 1}}"),
            "r.yaml:2:13: linear requires 'weight' of each model, and '@base' has no value for it at tensor "
            "'model.embed_tokens.weight'; base_model is one more input of linear: list it with its own "
            "weight, or remove "
            "base_model");
}

TEST_F(PlanErrors, FilterThatMeetsNothing) {
  EXPECT_THAT(error("merge_method: linear\nmodels: [{model: \"@a\"}]\nparameters:\n  weight:\n"
                    "    - {filter: MLP, value: 2}\n    - {value: 1}"),
              testing::MatchesRegex(
                  "r.yaml:5:[0-9]+: filter 'MLP' of 'weight' matches no tensor; filters are parts of "
                  "tensor names, upper and lower case as in the checkpoint"));
  // A layer that exists in the model but not in the slice.
  EXPECT_THAT(error("merge_method: passthrough\nslices:\n  - sources:\n      - model: \"@a\"\n        "
                    "layer_range: [0, 2]\n"
                    "        parameters:\n          scale:\n            - {filter: layers.3., value: 2}"),
              HasSubstr("filter 'layers.3.' of 'scale' matches no tensor"));
}

TEST_F(PlanErrors, NumbersOfModels) {
  EXPECT_THAT(
      error("merge_method: slerp\nbase_model: \"@base\"\nparameters: {t: .5}\nmodels: [{model: \"@a\"}, "
            "{model: \"@b\"}]"),
      HasSubstr("slerp takes exactly 1 model beside the base, not 2; change the list or the merge_method"));
  EXPECT_THAT(error("merge_method: ties\nbase_model: \"@base\"\nmodels: [{model: \"@base\"}]"),
              HasSubstr("ties takes at least 1 model beside the base, not 0"));
  EXPECT_THAT(
      error("merge_method: passthrough\nbase_model: \"@base\"\nmodels: [{model: \"@a\"}]"),
      HasSubstr(
          "passthrough takes exactly 1 model, not 2; remove base_model: under models it joins as one more "
          "input of this method"));
}

TEST_F(PlanErrors, NoBase) {
  EXPECT_EQ(error("merge_method: ties\nparameters: {weight: 1}\nmodels: [{model: \"@a\"}]"),
            "r.yaml:1:15: ties needs a base_model and the recipe names none; add base_model: with one of the "
            "models");
}

TEST_F(PlanErrors, BaseNotAmongSources) {
  EXPECT_THAT(
      error("merge_method: ties\nbase_model: \"@base\"\nparameters: {weight: 1}\nslices:\n  - sources:\n"
            "      - {model: \"@a\", layer_range: [0, 2]}\n      - {model: \"@b\", layer_range: [2, 4]}"),
      HasSubstr(
          "slice 1: base '@base' not among sources; add it as a source with the layers that 'ties' is to "
          "start from"));
}

TEST_F(PlanErrors, SameModelTwice) {
  EXPECT_EQ(error("merge_method: linear\nparameters: {weight: 1}\nmodels:\n  - {model: \"@a\"}\n  - {model: "
                  "\"@b/../a\"}"),
            "r.yaml:5:13: '@b/../a' is the same model as '@a' before it; list each model once; slices may "
            "use one model "
            "several times");
}

TEST_F(PlanErrors, UnequalNumbersOfLayers) {
  EXPECT_EQ(
      error(
          "merge_method: linear\nparameters: {weight: 1}\nmodels:\n  - {model: \"@a\"}\n  - {model: \"@c\"}"),
      "r.yaml:5:13: '@a' has 4 layers and '@c' has 6; models must have the same number of layers; use slices "
      "to "
      "choose layers of each");
}

TEST_F(PlanErrors, LayerRanges) {
  const auto range = [&](const std::string& given) {
    return error(
        "merge_method: passthrough\nslices:\n  - sources:\n      - model: \"@a\"\n        layer_range: " +
        given);
  };
  EXPECT_THAT(range("[0, 5]"),
              testing::MatchesRegex(
                  "r.yaml:5:[0-9]+: layer_range \\[0, 5\\] of '@a', which has 4 layers; give \\[a, b\\] "
                  "with 0 <= a <= b <= 4; b itself is not included"));
  EXPECT_THAT(range("[3, 2]"), HasSubstr("layer_range"));
  EXPECT_THAT(range("[-1, 2]"), HasSubstr("layer_range"));
}

// Of a recipe in a file the reader finds these; a program's recipe comes here as it is.
TEST_F(PlanErrors, LayerRangesOfProgramsRecipes) {
  recipes::Recipe recipe;
  recipe.merge_method = "linear";
  recipe.parameters["weight"] = recipes::ParameterSetting::constant(1);
  const auto source = [&](const char* name, int begin, int end) {
    return recipes::SliceSource{.model = {.text = (folder / name).string(), .mark = {}},
                                .begin = begin,
                                .end = end,
                                .parameters = {},
                                .range_mark = {}};
  };
  const auto seen = [&](std::vector<recipes::SliceSource> sources) {
    recipe.slices = {{.sources = std::move(sources), .base_model = {}, .parameters = {}, .mark = {}}};
    merge::CheckpointStore store;
    try {
      merge::plan_merge(recipe, store);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(seen({source("a", 2, 2)}),
              HasSubstr("recipe: every slice is empty, so the output would have no layers"));
  EXPECT_THAT(seen({source("a", 0, 2), source("b", 1, 4)}),
              HasSubstr("/b' gives 3; all sources of a slice need layer ranges of one length"));
  EXPECT_THAT(seen({}), HasSubstr("slice 1: no sources; give at least one source"));
  EXPECT_EQ(seen({source("a", 0, 2)}), "no error");
  recipe.models = {{.model = {.text = (folder / "a").string(), .mark = {}}, .parameters = {}}};
  EXPECT_EQ(seen({source("a", 0, 2)}),
            "recipe: a recipe needs either models or slices; give exactly one of the two");
}

TEST_F(PlanErrors, UnequalShapes) {
  TinyModel wide = TinyModel::llama(4, 2);
  wide.fill("model.layers.1.mlp.up_proj.weight", {5, 2}, 1);
  wide.write(folder / "b");
  EXPECT_EQ(
      error(
          "merge_method: linear\nparameters: {weight: 1}\nmodels:\n  - {model: \"@a\"}\n  - {model: \"@b\"}"),
      "r.yaml:5:13: tensor 'model.layers.1.mlp.up_proj.weight' is [3, 2] in '@a' and [5, 2] in '@b'; only "
      "tensors "
      "of equal shapes can be merged: use models of one size and vocabulary");
}

TEST_F(PlanErrors, BaseLacksATensor) {
  TinyModel biased = TinyModel::llama(4, 2);
  biased.fill("model.layers.1.self_attn.q_proj.bias", {2}, 6);
  biased.write(folder / "a");
  EXPECT_THAT(
      error("merge_method: ties\nparameters: {weight: 1}\nbase_model: \"@base\"\nmodels: [{model: \"@a\"}]"),
      HasSubstr(
          "tensor 'model.layers.1.self_attn.q_proj.bias' is in '@a' but not in the base '@base'; ties starts "
          "from the base's tensor: choose a base that has it"));
}

TEST_F(PlanErrors, IntegersThatDiffer) {
  TinyModel model = TinyModel::llama(4, 2);
  model.fill("model.position_ids", {3}, 5, DType::I64);
  model.write(folder / "a");
  model.fill("model.position_ids", {3}, 6, DType::I64);
  model.write(folder / "b");
  const std::string recipe =
      "merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: \"@a\"}, {model: \"@b\"}]";
  EXPECT_THAT(error(recipe),
              HasSubstr("tensor 'model.position_ids' of type I64 differs between '@a' and '@b'; tensors of "
                        "this kind are copied, never averaged: use models that agree in it"));
  model.fill("model.position_ids", {3}, 5, DType::F32);
  model.write(folder / "b");
  EXPECT_THAT(error(recipe), HasSubstr("tensor 'model.position_ids' is I64 in '@a' and F32 in '@b'"));
}

TEST_F(PlanErrors, WeightsThatSumToZero) {
  EXPECT_EQ(error("merge_method: linear\nmodels:\n  - {model: \"@a\", parameters: {weight: 1}}\n"
                  "  - {model: \"@b\", parameters: {weight: [-1, 1]}}"),
            "r.yaml:1:15: linear at tensor 'model.embed_tokens.weight': the weights sum to 0, and "
            "`normalize` divides by "
            "their sum; change a weight or set normalize: false");
}

TEST_F(PlanErrors, ConfigurationsThatComputeDifferently) {
  TinyModel other = TinyModel::llama(4, 2);
  other.config["rope_theta"] = 500000;
  other.config["hidden_act"] = "gelu";
  other.write(folder / "b");
  const std::string seen =
      error("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: \"@a\"}, {model: \"@b\"}]");
  EXPECT_THAT(seen, HasSubstr("@b/config.json: not the same kind of model as @a/config.json: "));
  EXPECT_THAT(seen, HasSubstr("500000"));
  EXPECT_THAT(seen, HasSubstr("gelu"));
}

TEST_F(PlanErrors, LayersOfDifferentKinds) {
  TinyModel model = TinyModel::llama(4, 2);
  model.config["layer_types"] = {"x", "x", "y", "y"};
  model.write(folder / "a");
  EXPECT_THAT(
      error("merge_method: linear\nparameters: {weight: 1}\nslices:\n  - sources:\n"
            "      - {model: \"@a\", layer_range: [0, 2]}\n      - {model: \"@a\", layer_range: [1, 3]}"),
      HasSubstr(
          "'layer_types' is \"x\" for layer 1 of '@a' and \"y\" for layer 2 of '@a'; merge layers of one "
          "kind"));
  // As one slice over all layers, lists that differ are two kinds of model.
  EXPECT_THAT(
      error("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: \"@a\"}, {model: \"@b\"}]"),
      HasSubstr("layer_types"));
}

TEST_F(PlanErrors, CountsOfLayersThatNoLongerHold) {
  TinyModel model = TinyModel::llama(4, 2);
  model.config["first_k_dense_replace"] = 1;
  model.write(folder / "a");
  const std::string head =
      "merge_method: passthrough\nslices:\n  - sources: [{model: \"@a\", layer_range: [0, 2]}]\n";
  EXPECT_THAT(
      error(head + "  - sources: [{model: \"@a\", layer_range: [0, 4]}]"),
      HasSubstr(
          "layer 0 of '@a' becomes layer 2, but 'first_k_dense_replace' of @a/config.json makes the first 1 "
          "layers of another kind; keep layers of each kind on their side of that number"));
  EXPECT_EQ(error(head + "  - sources: [{model: \"@a\", layer_range: [1, 4]}]"), "no error");
}

TEST_F(PlanErrors, RecipesOfProgramsHaveAPlaceToo) {
  recipes::Recipe recipe;
  recipe.merge_method = "nope";
  merge::CheckpointStore store;
  try {
    merge::plan_merge(recipe, store);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("recipe: unknown merge method 'nope'; known: arcee_fusion, "));
  }
}

}  // namespace
}  // namespace tsugi::tests
