// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Recipes that read well and do not fit their models or method, one for each rule: place, what is wrong,
// cure.
#include <ostream>

#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

struct Unfit {
  const char* rule;
  std::string text;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const Unfit& row) {
  return out << row.rule;
}

const std::string kTwo = "models: [{model: \"@a\"}, {model: \"@b\"}]\n";

const Unfit kRows[] = {
    {"UnknownMethod", "merge_method: dare-ties\n" + kTwo, "r.yaml:1:15: unknown merge method 'dare-ties'; "},
    {"UnknownParameter", "merge_method: linear\n" + kTwo + "parameters: {wieght: 1}\n",
     "r.yaml:3:14: unknown parameter 'wieght' of linear; did you mean 'weight'?"},
    {"MissingParameter", "merge_method: linear\n" + kTwo,
     "r.yaml:2:18: linear requires 'weight' of each model, and '@a' has no value for it at tensor "
     "'model.embed_tokens.weight'; add weight: under the parameters of the model, the slice or the recipe"},
    {"ParameterOfTheWrongLevel",
     "merge_method: slerp\nbase_model: \"@a\"\nmodels:\n  - model: \"@a\"\n    parameters: {t: 1}\n  - "
     "model: "
     "\"@b\"\n",
     "r.yaml:5:18: 't' stands under one model, but slerp has one value of it for all; move it to the "
     "parameters "
     "of the slice or of the recipe"},
    {"NumberOutOfRange",
     "merge_method: ties\nbase_model: \"@a\"\n" + kTwo + "parameters: {weight: 1, density: -0.25}\n",
     "r.yaml:4:34: 'density' is -0.25, expected a number in [0, inf); choose a value that ties accepts"},
    {"NoBoolean", "merge_method: linear\n" + kTwo + "parameters: {weight: 1, normalize: 2}\n",
     "r.yaml:3:36: 'normalize' is 2, expected true or false; write true or false"},
    {"FilterWithoutTensor",
     "merge_method: linear\n" + kTwo +
         "parameters:\n  weight:\n    - {filter: mpl, value: 1}\n    - value: 2\n",
     "r.yaml:5:7: filter 'mpl' of 'weight' matches no tensor; filters are parts of tensor names, upper and "
     "lower "
     "case as in the checkpoint"},
    {"NoBase", "merge_method: ties\n" + kTwo + "parameters: {weight: 1}\n",
     "r.yaml:1:15: ties needs a base_model and the recipe names none; add base_model: with one of the "
     "models"},
    {"TooManyModels", "merge_method: slerp\nbase_model: \"@base\"\n" + kTwo + "parameters: {t: 1}\n",
     "r.yaml:1:15: slerp takes exactly 1 model beside the base, not 2; change the list or the merge_method"},
    {"TooFewModels", "merge_method: model_stock\nbase_model: \"@base\"\nmodels: [{model: \"@a\"}]\n",
     "r.yaml:1:15: model_stock takes at least 2 models beside the base, not 1; change the list or the "
     "merge_method"},
    {"NoSuchFolder", "merge_method: passthrough\nmodels: [{model: \"@x\"}]\n",
     "r.yaml:2:18: model '@x' is neither in the working directory nor beside the recipe; check the path of "
     "the "
     "model folder"},
    {"HubName", "merge_method: passthrough\nmodels: [{model: org/name}]\n",
     "r.yaml:2:18: 'org/name' is neither a local folder nor in the Hugging Face cache, "},
    {"OneFolderTwice", "merge_method: linear\nmodels:\n  - model: \"@a\"\n  - model: \"@./a\"\n",
     "r.yaml:4:12: '@./a' is the same model as '@a' before it; list each model once; slices may use one "
     "model "
     "several times"},
    {"RangePastTheEnd",
     "merge_method: passthrough\nslices:\n  - sources:\n      - model: \"@a\"\n        layer_range: [2, 5]\n",
     "r.yaml:5:22: layer_range [2, 5] of '@a', which has 4 layers; give [a, b] with 0 <= a <= b <= 4; b "
     "itself is "
     "not included"},
    {"UnequalDepth",
     "merge_method: linear\nmodels:\n  - model: \"@a\"\n  - model: \"@c\"\nparameters: {weight: 1}\n",
     "r.yaml:4:12: '@a' has 4 layers and '@c' has 6; models must have the same number of layers; use slices "
     "to "
     "choose layers of each"},
    {"BaseBesideTheSlice",
     "merge_method: task_arithmetic\nbase_model: \"@base\"\nslices:\n  - sources:\n"
     "      - {model: \"@a\", layer_range: [0, 2]}\n      - {model: \"@b\", layer_range: [1, 3]}\n",
     "r.yaml:4:5: slice 1: base '@base' not among sources; add it as a source with the layers that "
     "'task_arithmetic' is to start from"},
    {"WeightsThatCancel",
     "merge_method: linear\nmodels:\n  - {model: \"@a\", parameters: {weight: 1}}\n"
     "  - {model: \"@b\", parameters: {weight: -1}}\n",
     "r.yaml:1:15: linear at tensor 'model.embed_tokens.weight': the weights sum to 0, and `normalize` "
     "divides "
     "by their sum; change a weight or set normalize: false"},
    {"UnknownModule", "merge_method: linear\nmodules:\n  text: {models: [{model: \"@a\"}]}\n",
     "r.yaml:3:3: module 'text', which @a does not have; known: default"},
};

class UnfitRecipe : public PlanFixture, public testing::WithParamInterface<Unfit> {};

TEST_P(UnfitRecipe, IsRefusedWithPlaceAndCure) {
  // Of a list of all methods only the start is compared.
  const std::string seen = error(GetParam().text);
  const std::string& message = GetParam().message;
  const bool open = message.back() == ' ';
  EXPECT_EQ(open ? seen.substr(0, message.size()) : seen, message);
}

INSTANTIATE_TEST_SUITE_P(Rules, UnfitRecipe, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.rule; });

}  // namespace
}  // namespace tsugi::tests
