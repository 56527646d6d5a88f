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
  EXPECT_EQ(shape.rope_theta, 10000.0);
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
              HasSubstr("'llama3'"));
  EXPECT_THAT(with("rope_parameters", {{"rope_type", "default"}, {"partial_rotary_factor", 0.5}}),
              HasSubstr("partial_rotary_factor is 0.5"));
  EXPECT_THAT(with("attention_bias", true), HasSubstr("attention_bias is true"));
  EXPECT_THAT(with("mlp_bias", true), HasSubstr("mlp_bias is true"));
  EXPECT_THAT(with("hidden_act", "gelu"), HasSubstr("hidden_act is 'gelu'"));
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
  EXPECT_THAT(with("head_dim", 31), HasSubstr("a head of 31 elements"));
  EXPECT_THAT(with("rms_norm_eps", 0), HasSubstr("rms_norm_eps is 0"));
  nlohmann::ordered_json config = bundled();
  config.erase("vocab_size");
  EXPECT_THAT(refusal(config), HasSubstr("no number for vocab"));
  config = bundled();
  config.erase("max_position_embeddings");
  EXPECT_THAT(refusal(config), HasSubstr("max_position_embeddings"));
}

TEST(Shape, TraitsThatTheDecoderDoesNotHaveAreRefused) {
  const merge::ModelConfig config(bundled(), "config.json");
  for (const auto member :
       {&recipes::DecoderTraits::norm, &recipes::DecoderTraits::activation, &recipes::DecoderTraits::rope}) {
    recipes::Architecture architecture = tests::llama();
    architecture.decoder.*member = "another";
    EXPECT_THROW(model_shape(architecture, config), InputError);
  }
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
