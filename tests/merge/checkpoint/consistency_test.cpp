// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/consistency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merge/checkpoint/safetensors.h"
#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::RawTensor;

// A model in memory, checked.
class Model {
 public:
  Model(const std::vector<RawTensor>& tensors, const std::string& fields)
      : file_(tests::raw_model(tensors)),
        tensors_(parse_safetensors(std::as_bytes(std::span(file_.data(), file_.size())), "m")),
        config_(nlohmann::ordered_json::parse(R"({"architectures":["LlamaForCausalLM"],)" + fields + "}"),
                "config.json") {}

  std::string error() {
    return tests::message_of<InputError>([&] { check_consistency(config_, tensors_, "m", notes); });
  }
  const ModelConfig& config() const { return config_; }
  std::size_t size() const { return tensors_.size(); }
  std::vector<std::string> notes;

 private:
  std::string file_;
  std::vector<TensorView> tensors_;
  ModelConfig config_;
};

std::vector<RawTensor> layers(std::initializer_list<int> numbers, const std::string& stack = "model.layers") {
  std::vector<RawTensor> tensors;
  for (const int number : numbers) tensors.push_back({stack + '.' + std::to_string(number) + ".w", {1}, 0});
  return tensors;
}

TEST(CheckLayers, BothNumbersAndTheFile) {
  EXPECT_EQ(Model(layers({0, 1}), R"("num_hidden_layers":2)").error(), "no error");
  EXPECT_THAT(Model(layers({0, 1}), R"("num_hidden_layers":1)").error(),
              HasSubstr("config.json: says 1 layers, but the tensors 'model.layers'.N of m have 2"));
  EXPECT_THAT(Model(layers({0, 1}), R"("n_layer":3)").error(), HasSubstr("says 3 layers"));
  EXPECT_THAT(Model(layers({0, 2}), R"("num_hidden_layers":3)").error(),
              HasSubstr("layer 1 of 'model.layers' has no tensors"));
  EXPECT_THAT(Model(layers({0}), R"("x":1)").error(), HasSubstr("no number of layers"));
  EXPECT_EQ(Model({{"w", {1}, 0}}, R"("x":1)").error(), "no error");  // no layers to count
}

TEST(CheckLayers, OtherStacksDoNotCount) {
  std::vector<RawTensor> tensors = layers({0, 1});
  for (const RawTensor& extra : layers({0, 1, 2, 3}, "vision.encoder.blocks")) tensors.push_back(extra);
  EXPECT_EQ(Model(tensors, R"("num_hidden_layers":2)").error(), "no error");
}

TEST(CheckLayers, LayersForMultiTokenPredictionAreNoted) {
  Model model(layers({0, 1, 2}), R"("num_hidden_layers":2,"num_nextn_predict_layers":1)");
  EXPECT_EQ(model.error(), "no error");
  EXPECT_THAT(model.notes, ElementsAre(HasSubstr("multi-token prediction")));
}

TEST(CheckRows, VocabularyAgainstEmbeddingAndHead) {
  const std::vector<RawTensor> tensors{{"lm_head.weight", {5, 2}, 1},
                                       {"model.embed_tokens.weight", {6, 2}, 0}};
  EXPECT_THAT(Model(tensors, R"("vocab_size":7,"tie_word_embeddings":false)").error(),
              HasSubstr("says vocab_size 7, but 'model.embed_tokens.weight' of m has 6 rows"));
  EXPECT_THAT(Model(tensors, R"("vocab_size":6,"tie_word_embeddings":false)").error(),
              HasSubstr("'lm_head.weight' of m has 5 rows"));
  Model smaller(
      tensors,
      R"("vocab_size":4,"tie_word_embeddings":false,"eos_token_id":[1,9],"pad_token_id":-1,"bos_token_id":6)");
  EXPECT_EQ(smaller.error(), "no error");
  EXPECT_THAT(smaller.notes,
              ElementsAre(HasSubstr("vocab_size 4 is smaller than the 6 rows"),
                          HasSubstr("bos_token_id 6 is beyond"), HasSubstr("eos_token_id 9 is beyond"),
                          HasSubstr("vocab_size 4 is smaller than the 5 rows")));
}

TEST(CheckTie, TheFileDecidesWhereNoHeadIsStored) {
  const std::vector<RawTensor> tensors{{"model.embed_tokens.weight", {2, 2}, 0}};
  Model silent(tensors, R"("model_type":"llama")");
  EXPECT_EQ(silent.error(), "no error");
  EXPECT_EQ(silent.config().tied(), true);
  EXPECT_THAT(silent.notes, IsEmpty());
  Model wrong(tensors, R"("tie_word_embeddings":false)");
  EXPECT_EQ(wrong.error(), "no error");
  EXPECT_EQ(wrong.config().tied(), true);
  EXPECT_THAT(wrong.notes, ElementsAre(HasSubstr("has no lm_head.weight: treated as tied")));
}

TEST(CheckTie, AStoredHeadOfATiedModelMustEqualTheEmbedding) {
  const RawTensor embedding{"model.embed_tokens.weight", {2, 2}, 1};
  Model equal({{"lm_head.weight", {2, 2}, 1}, embedding}, R"("tie_word_embeddings":true)");
  EXPECT_EQ(equal.error(), "no error");
  EXPECT_EQ(equal.size(), 1U);
  EXPECT_THAT(Model({{"lm_head.weight", {2, 2}, 2}, embedding}, R"("tie_word_embeddings":true)").error(),
              HasSubstr("says that the head is tied, but m has a lm_head.weight that differs"));
  EXPECT_THAT(Model({{"lm_head.weight", {2, 2}, 2}, embedding}, R"("model_type":"gemma2")").error(),
              HasSubstr("head is tied"));
  Model untied({{"lm_head.weight", {2, 2}, 2}, embedding}, R"("model_type":"llama")");
  EXPECT_EQ(untied.error(), "no error");
  EXPECT_EQ(untied.size(), 2U);
  EXPECT_EQ(untied.config().tied(), false);
}

TEST(CheckConsistency, RefusesQuantisedTensorsByNameAndType) {
  for (const char* name : {"a.qweight", "a.qzeros", "a.scales", "a.g_idx", "a.weight_scale",
                           "a.weight_scale_inv", "a.input_scale", "a.weight.absmax", "a.quant_map", "a.SCB",
                           "a.quant_state.bitsandbytes__nf4", "a_blocks", "a_scales"}) {
    EXPECT_THAT(Model({{name, {1}, 0}}, R"("x":1)").error(), HasSubstr("quantised checkpoint: it has tensor"))
        << name;
  }
  const std::string file = tests::raw_safetensors(
      R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"C64","shape":[1],"data_offsets":[1,9]}})",
      "123456789");
  std::vector<TensorView> tensors =
      parse_safetensors(std::as_bytes(std::span(file.data(), file.size())), "m");
  ModelConfig config(nlohmann::ordered_json::parse(R"({"architectures":["A"]})"), "c");
  std::vector<std::string> notes;
  const auto error = [&] {
    return tests::message_of<InputError>([&] { check_consistency(config, tensors, "m", notes); });
  };
  EXPECT_THAT(
      error(),
      HasSubstr("'a' has type F8_E4M3, which cannot be merged; use the original, unquantised weights"));
  tensors.erase(tensors.begin());
  EXPECT_THAT(error(), HasSubstr("'b' has type C64"));
}

}  // namespace
}  // namespace tsugi::merge
