// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// No table of architectures: what a model is called plays no part, and neither does what its tensors are for.
// The comparison with transformers' own models is tests/peers/compare_architectures.py.
#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

class ByName : public PlanFixture {
 protected:
  static TinyModel named(const char* architecture, const nlohmann::ordered_json& numbers,
                         const std::vector<std::string>& names, float value) {
    TinyModel model;
    model.config = {{"architectures", {architecture}}};
    model.config.update(numbers);
    for (const std::string& name : names) model.fill(name, {2, 3}, value);
    return model;
  }

  // The mean of two such models, of values 1 and 3.
  std::map<std::string, std::vector<float>> mean(const char* architecture,
                                                 const nlohmann::ordered_json& numbers,
                                                 const std::vector<std::string>& names) {
    write("x", named(architecture, numbers, names, 1));
    write("y", named(architecture, numbers, names, 3));
    merge::MergePlan made = plan(
        "merge_method: linear\nmodels: [{model: @x, parameters: {weight: 1}}, {model: @y, parameters: "
        "{weight: 1}}]\n");
    MemorySink sink;
    merge::execute(made, sink);
    return sink.values;
  }

  void expect_means(const char* architecture, const nlohmann::ordered_json& numbers,
                    const std::vector<std::string>& names) {
    const auto merged = mean(architecture, numbers, names);
    EXPECT_EQ(merged.size(), names.size()) << architecture;
    for (const std::string& name : names) {
      ASSERT_TRUE(merged.contains(name)) << name;
      EXPECT_THAT(merged.at(name), testing::Each(2.0F)) << name;
    }
  }
};

TEST_F(ByName, EncodersDecodersAndWhatLooksAtPictures) {
  expect_means(
      "T5ForConditionalGeneration", {{"num_layers", 2}, {"num_decoder_layers", 2}},
      {"shared.weight", "encoder.block.0.layer.0.SelfAttention.q.weight",
       "encoder.block.1.layer.0.SelfAttention.q.weight", "decoder.block.0.layer.1.EncDecAttention.q.weight",
       "decoder.block.1.layer.1.EncDecAttention.q.weight", "decoder.final_layer_norm.weight"});
  // transformers 5 writes no other number of layers for Whisper.
  expect_means(
      "WhisperForConditionalGeneration", {{"encoder_layers", 1}, {"decoder_layers", 2}},
      {"model.encoder.conv1.weight", "model.encoder.layers.0.fc1.weight", "model.decoder.layers.0.fc1.weight",
       "model.decoder.layers.1.fc1.weight", "model.decoder.embed_tokens.weight"});
  expect_means("BertForMaskedLM", {{"num_hidden_layers", 1}},
               {"bert.embeddings.word_embeddings.weight", "bert.encoder.layer.0.output.dense.weight",
                "cls.predictions.transform.dense.weight"});
  expect_means("LlavaForConditionalGeneration",
               {{"text_config", {{"num_hidden_layers", 1}}}, {"vision_config", {{"num_hidden_layers", 2}}}},
               {"language_model.model.layers.0.mlp.up_proj.weight", "multi_modal_projector.linear_1.weight",
                "vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight",
                "vision_tower.vision_model.encoder.layers.1.mlp.fc1.weight"});
}

TEST_F(ByName, MixturesAndArchitecturesThatNobodyHasHeardOf) {
  expect_means(
      "MixtralForCausalLM", {{"num_hidden_layers", 1}},
      {"model.layers.0.block_sparse_moe.gate.weight", "model.layers.0.block_sparse_moe.experts.0.w1.weight",
       "model.layers.0.block_sparse_moe.experts.7.w2.weight"});
  expect_means("NobodysModel", {{"n_layers", 1}}, {"trunk.stages.0.mixer.kernel", "trunk.readout"});
}

// Of lists in the configuration with one entry for each layer, the merged layers' entries are kept.
TEST_F(ByName, ListsByLayerFollowTheLayers) {
  TinyModel model = TinyModel::llama(4, 1);
  model.config["layer_types"] = {"sliding", "full", "sliding", "full"};
  model.config["no_rope_layers"] = {1, 0, 1, 0};
  model.config["four_numbers_of_something_else"] = {1, 2, 3};
  write("lists", model);
  const merge::MergePlan made = plan(
      "merge_method: passthrough\nslices:\n- sources: [{model: @lists, layer_range: [0, 2]}]\n"
      "- sources: [{model: @lists, layer_range: [1, 4]}]\n");
  const auto& config = made.config.document();
  EXPECT_EQ(config["layer_types"].dump(), R"(["sliding","full","full","sliding","full"])");
  EXPECT_EQ(config["no_rope_layers"].dump(), "[1,0,0,1,0]");
  EXPECT_EQ(config["four_numbers_of_something_else"].dump(), "[1,2,3]");
}

TEST_F(ByName, ATensorOfTheBaseAloneIsKeptAndOneOfAModelAloneRefused) {
  TinyModel more = TinyModel::llama(4, 5);
  more.fill("model.extra.weight", {2}, 5);
  write("more", more);
  const merge::MergePlan kept = plan(
      "merge_method: ties\nbase_model: @more\nmodels: [{model: @a, parameters: {weight: 1, density: "
      "0.5}}]\n");
  MemorySink sink;
  merge::execute(kept, sink);
  EXPECT_THAT(sink.values.at("model.extra.weight"), testing::Each(5.0F));
  EXPECT_THAT(
      error("merge_method: ties\nbase_model: @a\nmodels: [{model: @more, parameters: {weight: 1, density: "
            "0.5}}]\n"),
      testing::HasSubstr("model.extra.weight"));
}

}  // namespace
}  // namespace tsugi::tests
