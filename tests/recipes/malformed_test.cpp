// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// One malformed recipe for each rule of the language. Every message names the place as an editor shows it,
// what stands there, and what to write instead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "recipes/recipe.h"
#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

struct Malformed {
  const char* rule;
  std::string text;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const Malformed& row) {
  return out << row.rule;
}

const std::string kLinear = "merge_method: linear\nmodels: [{model: a}]\n";
const std::string kSlice = "merge_method: linear\nslices:\n  - sources: [{model: a, layer_range: [0, 2]}]\n";

const Malformed kRows[] = {
    // YAML
    {"TabsIndent", "merge_method: linear\nmodels:\n\t- model: a\n",
     "r.yaml:3:2: broken YAML (illegal block entry); look for a missing quote, colon, bracket or indent at "
     "or "
     "above this place"},
    {"UnclosedBracket", "merge_method: linear\nmodels: [{model: a}\n",
     "r.yaml:3:1: broken YAML (end of sequence flow not found); look for a missing quote, colon, bracket or "
     "indent at or above this place"},
    {"KeyTwice", "merge_method: linear\nmodels: [{model: a}]\nmerge_method: ties\n",
     "r.yaml:3:1: key 'merge_method' for the second time (first in line 1); keep one of the two"},
    {"ForeignTag", kLinear + "dtype: !!python/name:os.system x\n",
     "r.yaml:3:8: tag '!!python/name:os.system', which asks for code or objects; tsugi reads plain values "
     "only; "
     "remove the tag and write the value itself"},
    {"ControlCharacter", kLinear + "dtype: float\x01\n",
     "r.yaml:3:13: byte 0x01, expected UTF-8 text without control characters; save the file as UTF-8 text"},
    // keys
    {"UnknownKeyAtTheTop", kLinear + "dype: float16\n",
     "r.yaml:3:1: unknown key 'dype'; did you mean 'dtype'?"},
    {"UnknownKeyOfAModel", "merge_method: linear\nmodels:\n  - model: a\n    paramters: {weight: 1}\n",
     "r.yaml:4:5: unknown key 'paramters'; did you mean 'parameters'?"},
    {"UnknownKeyOfASlice", kSlice + "    basemodel: a\n",
     "r.yaml:4:5: unknown key 'basemodel'; did you mean 'base_model'?"},
    {"UnknownKeyOfASource", "merge_method: linear\nslices:\n  - sources: [{model: a, layers: [0, 2]}]\n",
     "r.yaml:3:26: unknown key 'layers'; known: model, layer_range, parameters"},
    {"UnknownKeyOfACondition", kLinear + "parameters:\n  weight:\n    - {filters: mlp, value: 1}\n",
     "r.yaml:5:8: unknown key 'filters'; did you mean 'filter'?"},
    {"UnknownKeyOfAModule", "merge_method: linear\nmodules:\n  default:\n    model: a\n",
     "r.yaml:4:5: unknown key 'model'; did you mean 'models'?"},
    // inputs
    {"NoMethod", "models: [{model: a}]\n",
     "r.yaml:1:1: a recipe has no 'merge_method'; add it, for example merge_method: linear"},
    {"NoInputs", "merge_method: linear\nmodels: []\n",
     "r.yaml:1:1: a recipe without inputs, expected 'models' or 'slices'; list the models to merge under "
     "models"},
    {"TwoKindsOfInputs", kLinear + "slices: [{sources: [{model: a, layer_range: [0, 1]}]}]\n",
     "r.yaml:3:1: 'models' and 'slices' in one recipe, expected one of them; remove one of the two"},
    {"ModelsAsMapping", "merge_method: linear\nmodels: {model: a}\n",
     "r.yaml:2:9: models is a mapping, expected a list; write [a, b] or one '- entry' a line"},
    {"EntryWithoutModel", "merge_method: linear\nmodels:\n  - parameters: {weight: 1}\n",
     "r.yaml:3:5: an entry of models has no 'model'; add it, for example model: models/a"},
    {"ModelTwice", "merge_method: linear\nmodels: [{model: a}, {model: a}]\n",
     "r.yaml:2:30: model 'a' for the second time (first in line 2); list each model once and add up its "
     "weights"},
    {"ModelIsAList", "merge_method: linear\nmodels:\n  - model: [a, b]\n",
     "r.yaml:3:12: model is a list, expected text; write a word, in quotes if it has special characters"},
    {"BaseIsEmptyText", kLinear + "base_model: ''\n",
     "r.yaml:3:13: base_model is '', expected text; write a word, in quotes if it has special characters"},
    // slices
    {"NoSources", "merge_method: linear\nslices:\n  - sources: []\n",
     "r.yaml:3:14: sources is an empty list, expected at least one source; add one, or remove the slice"},
    {"NoLayerRange", "merge_method: linear\nslices:\n  - sources: [{model: a}]\n",
     "r.yaml:3:15: a source has no 'layer_range'; add it, for example layer_range: [0, 8]"},
    {"RangeOfThree", "merge_method: linear\nslices:\n  - sources: [{model: a, layer_range: [0, 1, 2]}]\n",
     "r.yaml:3:39: layer_range is a list, expected two whole numbers, not 3; write [first, end], where end "
     "is "
     "not included"},
    {"RangeBackwards", "merge_method: linear\nslices:\n  - sources: [{model: a, layer_range: [4, 2]}]\n",
     "r.yaml:3:39: layer_range [4, 2] ends before it begins; write [first, end], counted from 0, where end "
     "is "
     "not included"},
    {"RangeNegative", "merge_method: linear\nslices:\n  - sources: [{model: a, layer_range: [-1, 2]}]\n",
     "r.yaml:3:40: the begin of layer_range is '-1', expected at least 0; raise it"},
    {"RangeOfFractions", "merge_method: linear\nslices:\n  - sources: [{model: a, layer_range: [0, 1.5]}]\n",
     "r.yaml:3:43: the end of layer_range is '1.5', expected a whole number; write it in decimal digits"},
    {"RangesOfUnequalLength",
     "merge_method: linear\nslices:\n  - sources:\n      - {model: a, layer_range: [0, 2]}\n"
     "      - {model: b, layer_range: [0, 3]}\n",
     "r.yaml:5:33: 3 layers of 'b', expected 2 as in the first source of this slice; give all sources of a "
     "slice equally long ranges"},
    {"OnlyEmptySlices", "merge_method: linear\nslices:\n  - sources: [{model: a, layer_range: [2, 2]}]\n",
     "r.yaml:2:1: no slice has any layers; in layer_range [first, end] the end is not included"},
    {"ResidualWeight", kSlice + "    residual_weight: 0.5\n",
     "r.yaml:4:5: 'residual_weight' has no effect; remove it"},
    // parameters
    {"ParametersAsList", kLinear + "parameters: [weight]\n",
     "r.yaml:3:13: parameters is a list, expected a mapping; write 'key: value' lines"},
    {"ParameterIsText", kLinear + "parameters: {weight: heavy}\n",
     "r.yaml:3:22: weight is 'heavy', expected a number, a boolean or a list of them; write for example 0.5 "
     "or "
     "[0, 0.5, 1]"},
    {"EmptyGradient", kLinear + "parameters: {weight: []}\n",
     "r.yaml:3:22: weight is an empty list, expected at least one value; give a number, or remove the key"},
    {"ConditionWithoutValue", kLinear + "parameters:\n  weight: [{filter: mlp}]\n",
     "r.yaml:4:12: a condition of weight has no 'value'; add it, for example value: 0.5"},
    {"NumbersAmongConditions", kLinear + "parameters:\n  weight: [{filter: mlp, value: 1}, 0.5]\n",
     "r.yaml:4:37: an entry of weight is '0.5', expected a condition, as its other entries are; write '- "
     "value: "
     "NUMBER' as the last entry for all other tensors"},
    // types, seed, tokenizer, template
    {"UnknownType", kLinear + "dtype: bfloat\n",
     "r.yaml:3:8: dtype is 'bfloat', expected a floating type; did you mean 'bfloat16'?"},
    {"IntegerType", kLinear + "out_dtype: int64\n",
     "r.yaml:3:12: out_dtype is 'int64', expected a floating type; int64 would cut every weight to a whole "
     "number; write float32"},
    {"NegativeSeed", kLinear + "seed: -1\n",
     "r.yaml:3:7: seed is '-1', expected a whole number from 0 to 2^64 - 1; write it in decimal digits"},
    {"TwoTokenizers", kLinear + "tokenizer: {source: base}\ntokenizer_source: union\n",
     "r.yaml:4:1: 'tokenizer_source' beside 'tokenizer', expected one of them; remove tokenizer_source; it "
     "is "
     "the older form of tokenizer: {source: …}"},
    {"TokenizerAsWord", kLinear + "tokenizer: base\n",
     "r.yaml:3:12: tokenizer is 'base', expected a mapping; write tokenizer: {source: union}, {source: base} "
     "or "
     "a model"},
    {"UnknownTemplate", kLinear + "chat_template: chatlm\n",
     "r.yaml:3:16: chat_template is 'chatlm', expected auto, a known name or a Jinja template; did you mean "
     "'chatml'?"},
    {"BrokenTemplate", kLinear + "chat_template: \"{% for m in messages %}{{ m }}\"\n",
     "r.yaml:3:16: chat_template is broken: '{% for %}' is never closed; correct the template, or name one"},
    // other files
    {"MoeFile", "base_model: a\ngate_mode: hidden\n",
     "r.yaml:2:1: this is a mergekit-moe file ('gate_mode'), expected a recipe; this version of tsugi builds "
     "no "
     "mixtures of experts; merge the experts by a recipe with merge_method"},
    {"EvolveFile", "genome: {models: [a]}\n",
     "r.yaml:1:1: this is a search file as mergekit-evolve's ('genome'), expected a recipe; run tsugi evolve "
     "with it"},
};

class MalformedRecipe : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedRecipe, IsRefusedWithPlaceAndCure) {
  EXPECT_EQ(tests::message_of([&] { parse_recipe(GetParam().text, "r.yaml"); }), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(Rules, MalformedRecipe, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.rule; });

}  // namespace
}  // namespace tsugi::recipes
