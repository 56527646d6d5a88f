// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::recipes {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;
using tests::message_of;

Recipe parse(std::string_view text) {
  return parse_recipe(text, "recipe.yaml");
}

std::string error_of(std::string_view text) {
  return message_of([&] { parse(text); });
}

constexpr std::string_view kSlerp = R"(slices:
  - sources:
      - model: psmathur/orca_mini_v3_13b
        layer_range: [0, 40]
      - model: garage-bAInd/Platypus2-13B
        layer_range: [0, 40]
merge_method: slerp
base_model: psmathur/orca_mini_v3_13b
parameters:
  t:
    - filter: self_attn
      value: [0, 0.5, 0.3, 0.7, 1]
    - filter: mlp
      value: [1, 0.5, 0.7, 0.3, 0]
    - value: 0.5 # fallback for rest of tensors
dtype: float16
)";

TEST(ParseRecipe, SlerpWithFilters) {
  const Recipe recipe = parse(kSlerp);
  EXPECT_EQ(recipe.merge_method, "slerp");
  EXPECT_EQ(recipe.method_mark.text(), "recipe.yaml:7:15");
  EXPECT_EQ(recipe.base_model->text, "psmathur/orca_mini_v3_13b");
  EXPECT_EQ(recipe.dtype, DType::F16);
  EXPECT_EQ(recipe.out_dtype, std::nullopt);
  EXPECT_THAT(recipe.models, SizeIs(0));
  ASSERT_THAT(recipe.slices, SizeIs(1));
  ASSERT_THAT(recipe.slices[0].sources, SizeIs(2));
  const SliceSource& second = recipe.slices[0].sources[1];
  EXPECT_EQ(second.model.text, "garage-bAInd/Platypus2-13B");
  EXPECT_EQ(second.begin, 0);
  EXPECT_EQ(second.end, 40);
  EXPECT_EQ(second.range_mark.text(), "recipe.yaml:6:22");
  const ParameterSetting& t = recipe.parameters.at("t");
  EXPECT_EQ(t.at("model.layers.39.self_attn.q_proj.weight", 1), 1);
  EXPECT_EQ(t.at("model.layers.39.mlp.up_proj.weight", 1), 0);
  EXPECT_EQ(t.at("lm_head.weight", 0), 0.5);
  EXPECT_EQ(recipe.source_text, kSlerp);
  EXPECT_EQ(recipe.file, "recipe.yaml");
}

TEST(ParseRecipe, TiesWithParametersAtThreeLevels) {
  const Recipe recipe = parse(R"(models:
  - model: psmathur/orca_mini_v3_13b
    parameters:
      density: [1, 0.7, 0.1] # density gradient
      weight: 1.0
  - model: WizardLM/WizardMath-13B-V1.0
    parameters:
      density: 0.33
      weight:
        - filter: mlp
          value: 0.5
        - value: 0
  - model: garage-bAInd/Platypus2-13B
merge_method: ties
base_model: TheBloke/Llama-2-13B-fp16
parameters:
  normalize: true
  int8_mask: true
dtype: float16
out_dtype: bfloat16
seed: 42
)");
  ASSERT_THAT(recipe.models, SizeIs(3));
  EXPECT_THAT(recipe.models[0].parameters.at("density").conditions.front().value.points,
              ElementsAre(1, 0.7, 0.1));
  EXPECT_EQ(recipe.models[1].parameters.at("weight").at("model.layers.0.mlp.up_proj.weight", 0), 0.5);
  EXPECT_THAT(recipe.models[2].parameters, SizeIs(0));
  EXPECT_EQ(recipe.parameters.at("normalize"), ParameterSetting::constant(1));
  EXPECT_EQ(recipe.out_dtype, DType::BF16);
  EXPECT_EQ(recipe.seed, 42U);
}

TEST(ParseRecipe, PassthroughStacksSlices) {
  const Recipe recipe = parse(R"(slices:
  - sources:
    - model: a
      layer_range: [0, 24]
  - sources:
    - model: b
      layer_range: [8, 32]
      parameters:
        scale:
          - {filter: o_proj, value: 0.0}
          - value: 1.0
    base_model: c
    parameters: {scale: 2}
    residual_weight: null
merge_method: passthrough
models: []
tokenizer_source: null
dtype: float16
)");
  ASSERT_THAT(recipe.slices, SizeIs(2));
  EXPECT_EQ(recipe.slices[1].sources[0].begin, 8);
  EXPECT_EQ(recipe.slices[1].base_model->text, "c");
  EXPECT_EQ(recipe.slices[1].parameters.at("scale"), ParameterSetting::constant(2));
  EXPECT_EQ(recipe.slices[1].mark.text(), "recipe.yaml:5:5");
}

TEST(ParseRecipe, AnchorsAndMergeKeys) {
  const Recipe recipe = parse(R"(merge_method: ties
base_model: base
models:
  - model: a
    parameters: &common
      weight: 0.5
      density: 0.7
  - model: b
    parameters:
      <<: *common
      weight: 0.25
)");
  EXPECT_EQ(recipe.models[1].parameters.at("density"), ParameterSetting::constant(0.7));
  EXPECT_EQ(recipe.models[1].parameters.at("weight"), ParameterSetting::constant(0.25));
}

TEST(ParseRecipe, AnEmptyRangeIsAllowedBesideAFullOne) {
  const Recipe recipe = parse(
      "merge_method: passthrough\nslices:\n- sources: [{model: a, layer_range: [0, 0]}]\n"
      "- sources: [{model: b, layer_range: [0, 4]}]\n");
  EXPECT_EQ(recipe.slices[0].sources[0].end, 0) << "it picks the model whose embedding is taken";
}

TEST(ParseRecipe, UnknownKeysHaveTheirPlaceAndTheNearestName) {
  EXPECT_EQ(error_of("merge_method: linear\nmodels: [{model: a}]\ndype: float16\n"),
            "recipe.yaml:3:1: unknown key 'dype'; did you mean 'dtype'?");
  EXPECT_EQ(error_of("merge_method: linear\nmodels:\n  - model: a\n    Parameters: {}\n"),
            "recipe.yaml:4:5: unknown key 'Parameters'; did you mean 'parameters'?");
  EXPECT_EQ(error_of("merge_method: linear\nslices:\n  - source: []\n"),
            "recipe.yaml:3:5: unknown key 'source'; did you mean 'sources'?");
  EXPECT_EQ(
      error_of("merge_method: linear\nslices:\n  - sources:\n      - {model: a, layer-range: [0, 1]}\n"),
      "recipe.yaml:4:20: unknown key 'layer-range'; did you mean 'layer_range'?");
  EXPECT_EQ(error_of("merge_method: linear\nmodels: [{model: a}]\nint8_mask: true\n"),
            "recipe.yaml:3:1: unknown key 'int8_mask'; known: merge_method, models, slices, modules, "
            "base_model, parameters, dtype, out_dtype, seed, tokenizer, chat_template");
}

TEST(ParseRecipe, LenientListsUnknownKeys) {
  std::vector<std::string> notes;
  const std::string_view text = "merge_method: linear\nmodels: [{model: a, wieght: 1}]\ndype: float16\n";
  const Recipe recipe = parse_recipe(text, "recipe.yaml", Strictness::lenient, &notes);
  EXPECT_EQ(recipe.dtype, std::nullopt);
  EXPECT_THAT(notes, testing::UnorderedElementsAre(
                         "recipe.yaml:2:21: unknown key 'wieght'; known: model, parameters (ignored)",
                         "recipe.yaml:3:1: unknown key 'dype'; did you mean 'dtype'? (ignored)"));
  EXPECT_EQ(parse_recipe(text, "recipe.yaml", Strictness::lenient), recipe) << "notes are not needed";
}

TEST(ParseRecipe, ReadsOneDocument) {
  const std::string head = "merge_method: linear\nmodels: [{model: a}]\n";
  EXPECT_THAT(error_of(head + "---\n" + head),
              StartsWith("recipe.yaml:3:1: a second YAML document begins here"));
}

TEST(ParseRecipe, RecognisesOtherKindsOfFiles) {
  const std::string no_moe =
      "expected a recipe; this version of tsugi builds no mixtures of experts; merge the experts by a recipe "
      "with merge_method";
  EXPECT_EQ(error_of("base_model: a\ngate_mode: hidden\nexperts:\n  - source_model: b\n"),
            "recipe.yaml:3:1: this is a mergekit-moe file ('experts'), " + no_moe);
  EXPECT_EQ(error_of("base_model: a\ngate_mode: random\nexperts_per_token: 2\n"),
            "recipe.yaml:2:1: this is a mergekit-moe file ('gate_mode'), " + no_moe);
  const std::string evolve =
      "this is a search file as mergekit-evolve's ('genome'), expected a recipe; run tsugi evolve with it";
  EXPECT_EQ(error_of("genome: {models: [a]}\ntasks: [x]\n"), "recipe.yaml:1:1: " + evolve);
  EXPECT_EQ(error_of("tasks: [x]\ngenome: {models: [a], merge_method: ties}\n"),
            "recipe.yaml:2:1: " + evolve);
  EXPECT_EQ(message_of([&] { parse_recipe("genome: {}\n", "r", Strictness::lenient); }), "r:1:1: " + evolve);
}

TEST(ParseRecipe, NeedsAMethod) {
  EXPECT_EQ(error_of("models: [{model: a}]\n"),
            "recipe.yaml:1:1: a recipe has no 'merge_method'; add it, for example merge_method: linear");
  EXPECT_THAT(error_of("merge_method: [linear]\nmodels: [{model: a}]\n"),
              StartsWith("recipe.yaml:1:15: merge_method is a list, expected text"));
  EXPECT_EQ(error_of(""), "recipe.yaml: an empty file, expected a recipe; start from one in recipes/library");
  EXPECT_THAT(error_of("- a\n"), StartsWith("recipe.yaml:1:1: a recipe is a list, expected a mapping"));
}

TEST(ParseRecipe, NeedsExactlyOneKindOfInputs) {
  EXPECT_EQ(error_of("merge_method: linear\nmodels: []\n"),
            "recipe.yaml:1:1: a recipe without inputs, expected 'models' or 'slices'; list the models to "
            "merge under models");
  EXPECT_EQ(
      error_of("merge_method: linear\nslices: [{sources: [{model: a, layer_range: [0, 1]}]}]\nmodels: "
               "[{model: a}]\n"),
      "recipe.yaml:3:1: 'slices' and 'models' in one recipe, expected one of them; remove one of the two");
  EXPECT_THAT(error_of("merge_method: linear\nmodels: a\n"),
              StartsWith("recipe.yaml:2:9: models is 'a', expected a list"));
}

TEST(ParseRecipe, Modules) {
  const Recipe recipe = parse(R"(merge_method: linear
modules:
  text_decoder:
    slices:
      - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]
    parameters: {weight: 0.5}
  vision_tower:
    models:
      - model: a
        parameters: {weight: 1}
parameters: {normalize: false}
models: []
)");
  ASSERT_THAT(recipe.modules, SizeIs(2));
  EXPECT_THAT(recipe.models, SizeIs(0));
  EXPECT_EQ(recipe.modules[0].name, "text_decoder");
  EXPECT_EQ(recipe.modules[0].mark.text(), "recipe.yaml:3:3");
  EXPECT_EQ(recipe.modules[0].slices.at(0).sources.at(1).model.text, "b");
  EXPECT_EQ(recipe.modules[0].parameters.at("weight"), ParameterSetting::constant(0.5));
  EXPECT_EQ(recipe.modules[1].models.at(0).parameters.at("weight"), ParameterSetting::constant(1));
}

TEST(ParseRecipe, ModulesHaveInputsOfTheirOwn) {
  const std::string head = "merge_method: linear\nmodules:\n  text: ";
  EXPECT_EQ(
      error_of(head + "{}\n"),
      "recipe.yaml:3:9: a module without inputs, expected 'models' or 'slices'; list the models to merge "
      "under models");
  EXPECT_EQ(
      error_of(head + "{models: [{model: a}], slices: [{sources: [{model: a, layer_range: [0, 1]}]}]}\n"),
      "recipe.yaml:3:32: 'models' and 'slices' in one module, expected one of them; remove one of the two");
  EXPECT_EQ(error_of(head + "{models: [{model: a}], dtype: float16}\n"),
            "recipe.yaml:3:32: unknown key 'dtype'; known: models, slices, parameters");
  EXPECT_EQ(
      error_of(head + "{models: [{model: a}]}\nmodels: [{model: a}]\n"),
      "recipe.yaml:4:1: 'modules' and 'models' in one recipe, expected one of them; remove one of the two");
  EXPECT_EQ(error_of("merge_method: linear\nmodules: [a]\n"),
            "recipe.yaml:2:10: modules is a list, expected a mapping; write 'key: value' lines");
  EXPECT_EQ(error_of(head + "\n"),
            "recipe.yaml:3:3: module 'text' is empty, expected a mapping; write 'key: value' lines");
}

TEST(ParseRecipe, RefusesAModelListedTwice) {
  EXPECT_EQ(error_of("merge_method: linear\nmodels:\n  - model: a\n  - model: b\n  - model: a\n"),
            "recipe.yaml:5:12: model 'a' for the second time (first in line 3); list each model once and add "
            "up its weights");
  EXPECT_EQ(error_of("merge_method: linear\nmodels:\n  - parameters: {weight: 1}\n"),
            "recipe.yaml:3:5: an entry of models has no 'model'; add it, for example model: models/a");
}

std::string range_error(const std::string& range) {
  return error_of(
      "merge_method: passthrough\nslices:\n  - sources:\n      - model: a\n        layer_range: " + range +
      "\n");
}

TEST(ParseRecipe, ChecksLayerRanges) {
  EXPECT_EQ(range_error("[8, 4]"),
            "recipe.yaml:5:22: layer_range [8, 4] ends before it begins; write [first, end], counted from 0, "
            "where end is not "
            "included");
  EXPECT_EQ(range_error("[-1, 4]"),
            "recipe.yaml:5:23: the begin of layer_range is '-1', expected at least 0; raise it");
  EXPECT_EQ(range_error("[0, 4, 8]"),
            "recipe.yaml:5:22: layer_range is a list, expected two whole numbers, not 3; write [first, end], "
            "where end is not "
            "included");
  EXPECT_THAT(range_error("[0, 1.5]"),
              StartsWith("recipe.yaml:5:26: the end of layer_range is '1.5', expected a whole number"));
  EXPECT_THAT(range_error("[0, 99999999999]"),
              StartsWith("recipe.yaml:5:26: the end of layer_range is '99999999999', expected at most"));
  EXPECT_THAT(range_error("8"), StartsWith("recipe.yaml:5:22: layer_range is '8', expected a list"));
  EXPECT_EQ(range_error("[0, 0]"),
            "recipe.yaml:2:1: no slice has any layers; in layer_range [first, end] the end is not included");
  EXPECT_THAT(error_of("merge_method: slerp\nslices:\n  - sources:\n      - {model: a}\n"),
              StartsWith("recipe.yaml:4:9: a source has no 'layer_range'"));
}

TEST(ParseRecipe, ChecksSlices) {
  EXPECT_EQ(error_of("merge_method: slerp\nslices:\n  - sources:\n      - {model: a, layer_range: [0, 8]}\n  "
                     "    - {model: b, "
                     "layer_range: [0, 7]}\n"),
            "recipe.yaml:5:33: 7 layers of 'b', expected 8 as in the first source of this slice; give all "
            "sources of a slice "
            "equally long ranges");
  EXPECT_THAT(error_of("merge_method: slerp\nslices:\n  - sources: []\n"),
              StartsWith("recipe.yaml:3:14: sources is an empty list, expected at least one source"));
  EXPECT_EQ(error_of("merge_method: slerp\nslices:\n  - sources: [{model: a, layer_range: [0, 8]}]\n    "
                     "residual_weight: 0.5\n"),
            "recipe.yaml:4:5: 'residual_weight' has no effect; remove it");
}

TEST(ParseRecipe, ChecksSeeds) {
  EXPECT_THAT(error_of("merge_method: linear\nmodels: [{model: a}]\nseed: -1\n"),
              StartsWith("recipe.yaml:3:7: seed is '-1', expected a whole number from 0"));
}

TEST(ReadRecipe, NamesTheFile) {
  const tests::TemporaryFolder folder;
  const auto file = folder.write("r.yaml", kSlerp);
  const Recipe recipe = read_recipe(file);
  EXPECT_EQ(recipe, parse(kSlerp));
  EXPECT_EQ(recipe.file, file.string());
  EXPECT_EQ(recipe.source_text, kSlerp);
  EXPECT_EQ(message_of([&] { read_recipe(folder / "none.yaml"); }),
            (folder / "none.yaml").string() + ": no such file; check the path");
}

TEST(ReadRecipe, TheLibraryIsInOrder) {
  namespace fs = std::filesystem;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(TSUGI_ROOT) / "recipes" / "library")) {
    const Recipe recipe = read_recipe(entry.path());
    ++files;
    EXPECT_EQ(recipe.merge_method, entry.path().stem()) << "a library file is named after its method";
    std::vector<ModelReference> models;
    for (const ModelEntry& model : recipe.models) models.push_back(model.model);
    for (const Slice& slice : recipe.slices) {
      for (const SliceSource& source : slice.sources) models.push_back(source.model);
    }
    if (recipe.base_model) models.push_back(*recipe.base_model);
    for (const ModelReference& model : models) {
      EXPECT_TRUE(fs::exists(entry.path().parent_path() / model.text / "config.json")) << model.mark.text();
    }
  }
  EXPECT_GE(files, 4);
}

}  // namespace
}  // namespace tsugi::recipes
