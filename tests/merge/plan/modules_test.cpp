// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `modules:`: a model of one part is planned as without it; each part of a multimodal one has inputs, slices
// and numbers of its own. Expected values are worked out by hand from what the parts are filled with.
#include "merge/plan/modules.h"

#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A language model of 4 layers with a vision tower of 3 and a projector, named as Gemma 3 names them.
TinyModel multimodal(float text, float vision) {
  TinyModel plain = TinyModel::llama(4, text);
  TinyModel model;
  model.config = plain.config;
  model.config["architectures"] = {"Gemma3ForConditionalGeneration"};
  model.config["text_config"] = {{"num_hidden_layers", 4}, {"vocab_size", 4}};
  model.config["vision_config"] = {{"num_hidden_layers", 3}};
  model.config.erase("num_hidden_layers");
  for (auto& [name, tensor] : plain.tensors) model.tensors["language_model." + name] = tensor;
  model.fill("multi_modal_projector.linear.weight", {2, 2}, vision);
  model.fill("vision_tower.vision_model.post_layernorm.weight", {2}, vision);
  for (int i = 0; i < 3; ++i) {
    model.fill("vision_tower.vision_model.encoder.layers." + std::to_string(i) + ".mlp.fc1.weight", {3, 2},
               vision);
  }
  return model;
}

class Modules : public PlanFixture {
 protected:
  Modules() {
    write("m", multimodal(1, 10));
    write("n", multimodal(3, 30));
  }
};

constexpr const char* kHead = "merge_method: linear\nmodules:\n";
constexpr const char* kText =
    "  text_decoder:\n    models: [{model: \"@m\", parameters: {weight: 1}}, {model: \"@n\", parameters: "
    "{weight: 3}}]\n";
constexpr const char* kVision =
    "  vision_tower:\n    models: [{model: \"@m\", parameters: {weight: 1}}, {model: \"@n\", parameters: "
    "{weight: 1}}]\n";
constexpr const char* kProjector =
    "  multi_modal_projector:\n    models: [{model: \"@n\", parameters: {weight: 1}}]\n";

TEST_F(Modules, OneModuleIsAsThePlainRecipe) {
  const std::string body =
      "slices:\n      - sources: [{model: \"@a\", layer_range: [0, 3]}, {model: \"@b\", layer_range: [1, "
      "4]}]\n";
  const merge::MergePlan plain = plan("merge_method: linear\nparameters: {weight: [1, 2, 4]}\n" + body);
  const merge::MergePlan module =
      plan("merge_method: linear\nparameters: {weight: [1, 2, 4]}\nmodules:\n  default:\n    " + body);
  ASSERT_EQ(names(module), names(plain));
  EXPECT_EQ(module.config.document(), plain.config.document());
  for (std::size_t i = 0; i < plain.tensors.size(); ++i) {
    EXPECT_EQ(module.tensors[i].output.fingerprint, plain.tensors[i].output.fingerprint) << i;
    EXPECT_EQ(module.tensors[i].output.index, i);
  }
}

TEST_F(Modules, ParametersOfTheModuleComeBeforeThoseOfTheRecipe) {
  const merge::MergePlan module = plan(
      "merge_method: passthrough\nparameters: {scale: 5}\nmodules:\n  default:\n    models: [{model: "
      "\"@a\"}]\n"
      "    parameters:\n      scale: [{filter: mlp, value: 3}]\n");
  EXPECT_EQ(merged(module, "model.layers.0.mlp.up_proj.weight"), 2 * 3);
  EXPECT_EQ(merged(module, "model.layers.0.self_attn.q_proj.weight"), 2 * 5);
}

TEST_F(Modules, EachPartHasItsOwnModelsAndNumbers) {
  const merge::MergePlan merged_plan = plan(std::string(kHead) + kVision + kText + kProjector);
  EXPECT_EQ(merged_plan.tensors.size(), multimodal(1, 1).tensors.size());
  EXPECT_EQ(merged(merged_plan, "language_model.model.layers.2.mlp.up_proj.weight"), (1 * 1 + 3 * 3) / 4.0F);
  EXPECT_EQ(merged(merged_plan, "language_model.model.embed_tokens.weight"), 2.5F);
  EXPECT_EQ(merged(merged_plan, "vision_tower.vision_model.encoder.layers.2.mlp.fc1.weight"), 20);
  EXPECT_EQ(merged(merged_plan, "vision_tower.vision_model.post_layernorm.weight"), 20);
  EXPECT_EQ(merged(merged_plan, "multi_modal_projector.linear.weight"), 30);
  ASSERT_EQ(merged_plan.inputs.size(), 2U);
  EXPECT_EQ(merged_plan.config.layers(), 4U);
  for (std::size_t i = 0; i < merged_plan.tensors.size(); ++i)
    EXPECT_EQ(merged_plan.tensors[i].output.index, i);
}

// t runs over the tower's own three layers.
TEST_F(Modules, GradientsFollowThePartsOwnLayers) {
  const merge::MergePlan plan_of_both = plan(
      "merge_method: passthrough\nmodules:\n  text_decoder: {models: [{model: \"@m\"}]}\n"
      "  multi_modal_projector: {models: [{model: \"@m\"}]}\n"
      "  vision_tower:\n    models: [{model: \"@m\"}]\n    parameters: {scale: [1, 3]}\n");
  EXPECT_EQ(merged(plan_of_both, "vision_tower.vision_model.encoder.layers.1.mlp.fc1.weight"), 20);
  EXPECT_EQ(merged(plan_of_both, "vision_tower.vision_model.encoder.layers.2.mlp.fc1.weight"), 30);
  EXPECT_EQ(merged(plan_of_both, "language_model.model.layers.3.mlp.up_proj.weight"), 1);
}

TEST_F(Modules, SlicesOfAPartSetItsNumberOfLayers) {
  const merge::MergePlan cut = plan(
      "merge_method: passthrough\nmodules:\n"
      "  text_decoder: {slices: [{sources: [{model: \"@m\", layer_range: [0, 4]}]}, "
      "{sources: [{model: \"@n\", layer_range: [2, 4]}]}]}\n"
      "  multi_modal_projector: {models: [{model: \"@m\"}]}\n"
      "  vision_tower: {slices: [{sources: [{model: \"@n\", layer_range: [1, 3]}]}]}\n");
  EXPECT_EQ(cut.config.document()["text_config"]["num_hidden_layers"], 6);
  EXPECT_EQ(cut.config.document()["vision_config"]["num_hidden_layers"], 2);
  EXPECT_EQ(merged(cut, "language_model.model.layers.5.mlp.up_proj.weight"), 3);
  EXPECT_EQ(merged(cut, "vision_tower.vision_model.encoder.layers.1.mlp.fc1.weight"), 30);
}

TEST_F(Modules, AFilterOfTheRecipeNeedsToMeetOnePartOnly) {
  const std::string parts = std::string(kVision) + kText + kProjector;
  const std::string weight = "parameters:\n  weight: [{filter: fc1, value: 2}]\n";
  EXPECT_EQ(error(kHead + parts + weight), "no error");
  EXPECT_THAT(error(kHead + parts + "parameters:\n  weight: [{filter: fc9, value: 2}]\n"),
              HasSubstr("filter 'fc9' of 'weight' matches no tensor"));
}

TEST_F(Modules, NamesAreThoseOfTheModel) {
  EXPECT_EQ(merge::modules_of(*merge::Checkpoint::open(folder / "a")), std::vector<std::string>{"default"});
  EXPECT_THAT(merge::modules_of(*merge::Checkpoint::open(folder / "m")),
              ElementsAre("multi_modal_projector", "text_decoder", "vision_tower"));
  EXPECT_EQ(
      error(std::string("merge_method: linear\nparameters: {weight: 1}\nmodules:\n  text: {models: [{model: "
                        "\"@a\"}]}\n")),
      "r.yaml:4:3: module 'text', which @a does not have; known: default");
  EXPECT_EQ(
      error(std::string(kHead) + kText + kVision + kProjector + "  speech: {models: [{model: \"@m\"}]}\n"),
      "r.yaml:9:3: module 'speech', which @m does not have; known: multi_modal_projector, "
      "text_decoder, vision_tower");
  EXPECT_EQ(error(std::string(kHead) + kText + kVision + kProjector +
                  "  vision_model: {models: [{model: \"@m\"}]}\n"),
            "r.yaml:9:3: module 'vision_model' for the second time; keep one of the two");
}

TEST_F(Modules, NoPartIsLeftOut) {
  EXPECT_EQ(error(std::string(kHead) + kText + kVision),
            "r.yaml:3:3: modules leave out 'multi_modal_projector', so its tensors would be missing in the "
            "output; add it, for example with models: and the one model it is to come from");
}

TEST_F(Modules, SlicesOfPartsWithoutAKnownNumberOfLayers) {
  EXPECT_THAT(
      error(std::string(kHead) + kText + kVision +
            "  multi_modal_projector:\n    slices: [{sources: [{model: \"@m\", layer_range: [0, 1]}]}]\n"),
      HasSubstr("layer_range [0, 1] of '@m', which has 0 layers"));
}

}  // namespace
}  // namespace tsugi::tests
