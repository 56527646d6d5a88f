// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "recipes/error.h"
#include "tests/eval/model/tiny_model.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using testing::HasSubstr;

nlohmann::ordered_json bundled() {
  std::ifstream in(std::string(TSUGI_ROOT) + "/recipes/pocket/base/config.json");
  return nlohmann::ordered_json::parse(in);
}

ModelShape shape_of(const nlohmann::ordered_json& document) {
  return model_shape(tests::llama(), merge::ModelConfig(document, "config.json"));
}

std::string refusal(const nlohmann::ordered_json& document) {
  try {
    shape_of(document);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Shape, OfTheBundledModel) {
  const ModelShape shape = shape_of(bundled());
  EXPECT_EQ(shape.layers, 8U);
  EXPECT_EQ(shape.hidden, 128U);
  EXPECT_EQ(shape.heads, 4U);
  EXPECT_EQ(shape.kv_heads, 2U);
  EXPECT_EQ(shape.head, 32U);
  EXPECT_EQ(shape.ffn, 384U);
  EXPECT_EQ(shape.vocabulary, 768U);
  EXPECT_EQ(shape.max_positions, 512U);
  EXPECT_TRUE(shape.tied);
  EXPECT_EQ(shape.norm_eps, 1e-5F);
  EXPECT_EQ(shape.ropes, std::vector<Rope>{plain_rope(32, 10000)});
}

TEST(Shape, MissingKeysFallBack) {
  nlohmann::ordered_json config = bundled();
  config.erase("head_dim");
  config.erase("num_key_value_heads");
  config.erase("tie_word_embeddings");
  const ModelShape shape = shape_of(config);
  EXPECT_EQ(shape.head, 32U);  // hidden / heads
  EXPECT_EQ(shape.kv_heads, 4U);
  EXPECT_FALSE(shape.tied);  // transformers' default
  config["head_dim"] = nullptr;
  EXPECT_EQ(shape_of(config).head, 32U);
}

TEST(Shape, WhatIsNotRunIsRefusedByName) {
  const auto with = [](const char* key, const nlohmann::ordered_json& value) {
    nlohmann::ordered_json config = bundled();
    config[key] = value;
    return refusal(config);
  };
  EXPECT_THAT(with("rope_parameters", {{"rope_type", "llama3"}, {"rope_theta", 500000.0}}),
              HasSubstr("RoPE of type 'llama3' has no number factor above 0"));
  EXPECT_THAT(with("rope_parameters", {{"rope_type", "spiral"}, {"rope_theta", 500000.0}}),
              HasSubstr("RoPE of type 'spiral' is not run"));
  EXPECT_THAT(with("rope_parameters", {{"rope_type", "default"}, {"partial_rotary_factor", 0.5}}),
              HasSubstr("partial_rotary_factor is 0.5"));
  EXPECT_THAT(with("attention_bias", 1), HasSubstr("attention_bias is 1, expected true or false"));
  EXPECT_THAT(with("hidden_act", "gelu_10"), HasSubstr("hidden_act is 'gelu_10'"));
  EXPECT_EQ(with("hidden_act", "gelu"), "accepted");
  EXPECT_EQ(with("hidden_act", "swish"), "accepted");
}

TEST(Shape, NumbersThatCannotBeAreRefused) {
  const auto with = [](const char* key, const nlohmann::ordered_json& value) {
    nlohmann::ordered_json config = bundled();
    config[key] = value;
    return refusal(config);
  };
  EXPECT_THAT(with("hidden_size", 0), HasSubstr("hidden_size is 0"));
  EXPECT_THAT(with("vocab_size", -768), HasSubstr("vocab_size is -768"));
  EXPECT_THAT(with("intermediate_size", 1.5), HasSubstr("intermediate_size is 1.5"));
  EXPECT_THAT(with("intermediate_size", 1e300), HasSubstr("expected a whole number"));
  EXPECT_THAT(with("num_key_value_heads", 3), HasSubstr("4 query heads are no multiple of 3"));
  EXPECT_THAT(with("head_dim", 31), HasSubstr("31 of 31 elements of a head turn"));
  EXPECT_THAT(with("rms_norm_eps", 0), HasSubstr("rms_norm_eps is 0"));
  nlohmann::ordered_json config = bundled();
  config.erase("vocab_size");
  EXPECT_THAT(refusal(config), HasSubstr("no number for vocab"));
  config = bundled();
  config.erase("max_position_embeddings");
  EXPECT_THAT(refusal(config), HasSubstr("max_position_embeddings"));
}

// What a family's file does not allow for would be left out in silence.
TEST(Shape, SettingsThatAFamilyIsNotRunWithAreRefused) {
  const auto refused = [](const char* family, const char* key, const nlohmann::ordered_json& value) {
    nlohmann::ordered_json config = bundled();
    config[key] = value;
    try {
      model_shape(*recipes::find_architecture(family), merge::ModelConfig(config, "config.json"));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refused("MistralForCausalLM", "attention_bias", true),
              HasSubstr("attention_bias is true, mistral is run without"));
  EXPECT_THAT(refused("GemmaForCausalLM", "use_bidirectional_attention", true),
              HasSubstr("gemma is run with false"));
  EXPECT_THAT(refused("Qwen3ForCausalLM", "layer_types", {"full_attention"}),
              HasSubstr("layer_types has 1 entries for 8 layers"));
  const auto linear = nlohmann::ordered_json(std::vector<std::string>(8, "linear_attention"));
  EXPECT_THAT(refused("Qwen3ForCausalLM", "layer_types", linear),
              HasSubstr("layer 0 is of type \"linear_attention\""));
}

std::vector<std::size_t> windows(
    const char* family, const std::vector<std::pair<const char*, nlohmann::ordered_json>>& settings) {
  nlohmann::ordered_json config = bundled();
  for (const auto& [key, value] : settings) config[key] = value;
  const ModelShape shape =
      model_shape(*recipes::find_architecture(family), merge::ModelConfig(config, "config.json"));
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < shape.layers; ++i) result.push_back(shape.kind(i).window);
  return result;
}

// Older files say by other keys what layer_types says: the configuration classes of transformers 4 and 5.
TEST(Shape, WindowsOfConfigurationsWithoutLayerTypes) {
  EXPECT_THAT(windows("MistralForCausalLM", {{"sliding_window", 9}}), testing::Each(9U));
  EXPECT_THAT(windows("MistralForCausalLM", {{"sliding_window", nullptr}}), testing::Each(0U));
  EXPECT_THAT(windows("Qwen2ForCausalLM", {{"sliding_window", 9}, {"max_window_layers", 6}}),
              testing::Each(0U));
  EXPECT_THAT(windows("Qwen2ForCausalLM",
                      {{"sliding_window", 9}, {"max_window_layers", 6}, {"use_sliding_window", true}}),
              testing::ElementsAre(0, 0, 0, 0, 0, 0, 9, 9));
  EXPECT_THAT(windows("Gemma2ForCausalLM", {{"sliding_window", 9}}),
              testing::ElementsAre(9, 0, 9, 0, 9, 0, 9, 0));
  EXPECT_THAT(windows("Gemma3ForCausalLM", {{"sliding_window", 9}}),
              testing::ElementsAre(9, 9, 9, 9, 9, 0, 9, 9));
}

TEST(Shape, Gemma3OfTransformers4HasTwoRopes) {
  nlohmann::ordered_json config = bundled();
  config.erase("rope_parameters");
  config["rope_theta"] = 1e6;
  config["rope_local_base_freq"] = 1e4;
  config["rope_scaling"] = {{"rope_type", "linear"}, {"factor", 8.0}};
  config["sliding_window"] = 9;
  const ModelShape shape = model_shape(*recipes::find_architecture("Gemma3ForCausalLM"),
                                       merge::ModelConfig(config, "config.json"));
  const Rope& local = shape.ropes.at(shape.kind(0).rope.value());
  const Rope& global = shape.ropes.at(shape.kind(5).rope.value());
  EXPECT_EQ(local.frequencies, plain_rope(32, 1e4).frequencies);
  EXPECT_EQ(global.frequencies.at(0), 0.125F) << "linear scaling by 8";
  EXPECT_EQ(shape.max_positions, 512U);
}

TEST(Shape, UnknownFamiliesAreListed) {
  nlohmann::ordered_json config = bundled();
  EXPECT_EQ(architecture_of(merge::ModelConfig(config, "config.json")).family, "llama");
  config["architectures"] = {"NoSuchForCausalLM"};
  try {
    architecture_of(merge::ModelConfig(config, "config.json"));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'NoSuchForCausalLM'"));
    EXPECT_THAT(error.what(), HasSubstr("LlamaForCausalLM"));
  }
}

TEST(Shape, BuffersOfOldVersionsAreNoWeights) {
  EXPECT_TRUE(is_recomputed_buffer("model.layers.0.self_attn.rotary_emb.inv_freq"));
  EXPECT_TRUE(is_recomputed_buffer("transformer.h.0.attn.masked_bias"));
  EXPECT_FALSE(is_recomputed_buffer("transformer.h.0.attn.c_attn.bias"));
  EXPECT_FALSE(is_recomputed_buffer("model.layers.0.self_attn.q_proj.bias"));
}

class CheckShapesTest : public testing::Test {
 protected:
  std::string refusal(const ModelShape& expected) const {
    const auto checkpoint = merge::Checkpoint::open(std::string(TSUGI_ROOT) + "/recipes/pocket/base");
    try {
      check_shapes(tests::llama(), expected, *checkpoint);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }
  ModelShape shape = shape_of(bundled());
};

TEST_F(CheckShapesTest, BundledModelFits) {
  EXPECT_EQ(refusal(shape), "accepted");
}

TEST_F(CheckShapesTest, ADifferentSizeNamesRoleLayerAndBothShapes) {
  shape.heads = 8;
  EXPECT_THAT(refusal(shape),
              HasSubstr("attn.q of layer 0: file has [128, 128], llama expects [heads*head, hidden] = "
                        "[256, 128]"));
}

TEST_F(CheckShapesTest, MissingTensors) {
  shape.tied = false;
  EXPECT_THAT(refusal(shape), HasSubstr("no tensor lm_head.weight"));
  shape.tied = true;
  shape.layers = 9;
  EXPECT_THAT(refusal(shape), HasSubstr("norm.attn of layer 8 is missing"));
}

TEST_F(CheckShapesTest, TensorsWithoutAPlace) {
  shape.layers = 7;
  EXPECT_THAT(refusal(shape),
              HasSubstr("model.layers.7.input_layernorm.weight has no place in llama with 7 layers"));
}

}  // namespace
}  // namespace tsugi::eval
