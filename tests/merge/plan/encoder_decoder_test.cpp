// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Slices of models with an encoder and a decoder: each side has its own, and its own number in config.json.
#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

using testing::HasSubstr;

void fill_side(TinyModel& model, const std::string& side, int layers, float value) {
  for (int i = 0; i < layers; ++i)
    model.fill(side + std::to_string(i) + ".fc.weight", {2, 2}, value + static_cast<float>(i));
}

/// As T5: three layers on each side, the position bias of a side in its first; values are 10 or 20 + layer.
TinyModel t5() {
  TinyModel model;
  model.config = {{"architectures", {"T5ForConditionalGeneration"}},
                  {"model_type", "t5"},
                  {"is_encoder_decoder", true},
                  {"num_layers", 3},
                  {"vocab_size", 4},
                  {"tie_word_embeddings", true},
                  {"torch_dtype", "float32"}};
  model.fill("shared.weight", {4, 2}, 1);
  fill_side(model, "encoder.block.", 3, 10);
  fill_side(model, "decoder.block.", 3, 20);
  model.fill("encoder.block.0.relative_attention_bias.weight", {2, 2}, 1);
  model.fill("decoder.block.0.relative_attention_bias.weight", {2, 2}, 1);
  return model;
}

/// As BART: two layers in the encoder and four in the decoder, no two kinds of them.
TinyModel bart() {
  TinyModel model;
  model.config = {{"architectures", {"BartForConditionalGeneration"}},
                  {"model_type", "bart"},
                  {"is_encoder_decoder", true},
                  {"encoder_layers", 2},
                  {"decoder_layers", 4},
                  {"num_hidden_layers", 2},
                  {"vocab_size", 4},
                  {"tie_word_embeddings", true},
                  {"torch_dtype", "float32"}};
  model.fill("model.shared.weight", {4, 2}, 1);
  fill_side(model, "model.encoder.layers.", 2, 10);
  fill_side(model, "model.decoder.layers.", 4, 20);
  return model;
}

class EncoderDecoder : public PlanFixture {
 protected:
  EncoderDecoder() {
    write("t5", t5());
    write("bart", bart());
  }
};

constexpr const char* kModules = "merge_method: passthrough\nmodules:\n";

std::string whole(const std::string& module, const std::string& model) {
  return "  " + module + ": {models: [{model: \"@" + model + "\"}]}\n";
}

std::string sliced(const std::string& module, const std::string& model, const std::string& ranges) {
  return "  " + module + ": {slices: [" +
         std::regex_replace(ranges, std::regex("\\[[^\\]]*\\]"),
                            "{sources: [{model: \"@" + model + "\", layer_range: $&}]}") +
         "]}\n";
}

TEST_F(EncoderDecoder, EachSideHasItsOwnNumberOfLayers) {
  const merge::MergePlan cut = plan(kModules + sliced("decoder", "t5", "[0, 2], [1, 3]") +
                                    sliced("encoder", "t5", "[0, 1], [2, 3]") + whole("shared", "t5"));
  EXPECT_EQ(cut.config.document()["num_layers"], 2);
  EXPECT_EQ(cut.config.document()["num_decoder_layers"], 4);
  EXPECT_EQ(merged(cut, "encoder.block.1.fc.weight"), 12);
  EXPECT_EQ(merged(cut, "decoder.block.3.fc.weight"), 22);
  EXPECT_EQ(merged(cut, "encoder.block.0.relative_attention_bias.weight"), 1);
  EXPECT_EQ(cut.tensors.size(), 1U + 2U + 4U + 2U);
}

// T5's decoder has as many layers as its encoder unless config.json says how many: so it has to, now.
TEST_F(EncoderDecoder, TheOtherSideKeepsItsNumber) {
  const merge::MergePlan cut =
      plan(kModules + sliced("encoder", "t5", "[0, 1]") + whole("decoder", "t5") + whole("shared", "t5"));
  EXPECT_EQ(cut.config.document()["num_layers"], 1);
  EXPECT_EQ(cut.config.document()["num_decoder_layers"], 3);
  const merge::MergePlan other = plan(kModules + sliced("decoder", "bart", "[1, 4], [1, 3]") +
                                      whole("encoder", "bart") + whole("shared", "bart"));
  EXPECT_EQ(other.config.document()["encoder_layers"], 2);
  EXPECT_EQ(other.config.document()["num_hidden_layers"], 2);
  EXPECT_EQ(other.config.document()["decoder_layers"], 5);
  EXPECT_EQ(merged(other, "model.decoder.layers.4.fc.weight"), 22);
  const merge::MergePlan both = plan(kModules + sliced("encoder", "bart", "[1, 2]") +
                                     whole("decoder", "bart") + whole("shared", "bart"));
  EXPECT_EQ(both.config.document()["encoder_layers"], 1);
  EXPECT_EQ(both.config.document()["num_hidden_layers"], 1);
  EXPECT_EQ(both.config.document()["decoder_layers"], 4);
}

TEST_F(EncoderDecoder, SlicesOfBothSidesAtOnceAreRefused) {
  EXPECT_THAT(
      error("merge_method: passthrough\nslices:\n  - sources: [{model: \"@bart\", layer_range: [0, 2]}]\n"),
      HasSubstr("r.yaml:3:5: slices of @bart, whose encoder and decoder have layers of their own; write "
                "modules: with encoder:, decoder: and shared:"));
}

TEST_F(EncoderDecoder, WhatTheFirstLayerAloneHasStaysFirst) {
  const std::string others = whole("decoder", "t5") + whole("shared", "t5");
  EXPECT_THAT(
      error(kModules + sliced("encoder", "t5", "[1, 3]") + others),
      HasSubstr("layer 1 of '@t5' becomes layer 0, and 'encoder.block.0.relative_attention_bias.weight' is "
                "in layer 0 alone; begin with layer 0, and use it once"));
  EXPECT_THAT(error(kModules + sliced("encoder", "t5", "[0, 3], [0, 3]") + others),
              HasSubstr("layer 0 of '@t5' becomes layer 3"));
}

}  // namespace
}  // namespace tsugi::tests
