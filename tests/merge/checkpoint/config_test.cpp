// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

ModelConfig config(const std::string& fields) {
  return {
      Json::parse(R"({"architectures":["LlamaForCausalLM"])" + (fields.empty() ? "" : "," + fields) + "}"),
      "m/config.json"};
}

TEST(ModelConfig, NeedsExactlyOneArchitecture) {
  for (const char* text :
       {"{}", R"({"architectures":[]})", R"({"architectures":["A","B"]})", R"({"architectures":"A"})",
        R"({"architectures":[1]})", R"({"architectures":null})"}) {
    const std::string error =
        tests::message_of<InputError>([&] { ModelConfig(Json::parse(text), "m/config.json"); });
    EXPECT_THAT(error, HasSubstr("m/config.json: architectures is ")) << text;
  }
  EXPECT_THROW(ModelConfig(Json::parse("[]"), "f"), InputError);
  EXPECT_EQ(config("").architecture(), "LlamaForCausalLM");
}

TEST(ModelConfig, ReadsBothSpellings) {
  const ModelConfig four = config(
      R"("torch_dtype":"bfloat16","rope_theta":5e5,"rope_scaling":{"type":"su","long_factor":[1]},"n_layer":3)");
  EXPECT_EQ(four.dtype(), DType::BF16);
  EXPECT_EQ(four.rope_theta(), 5e5);
  EXPECT_EQ(four.rope_type(), "longrope");
  EXPECT_EQ(four.layers(), 3U);
  const ModelConfig five = config(
      R"("dtype":"torch.float16","torch_dtype":"float32","rope_parameters":{"rope_theta":1e6,"rope_type":"llama3"},"num_hidden_layers":2)");
  EXPECT_EQ(five.dtype(), DType::F16);
  EXPECT_EQ(five.rope_theta(), 1e6);
  EXPECT_EQ(five.rope_type(), "llama3");
}

TEST(ModelConfig, DefaultsWhereNothingIsSaid) {
  const ModelConfig bare = config(R"("dtype":null,"torch_dtype":"auto","rope_scaling":null)");
  EXPECT_EQ(bare.dtype(), std::nullopt);
  EXPECT_EQ(bare.tied(), std::nullopt);
  EXPECT_EQ(bare.rope_theta(), 10000);
  EXPECT_EQ(bare.rope_type(), "default");
  EXPECT_THAT(tests::message_of<InputError>([&] { static_cast<void>(bare.layers()); }),
              HasSubstr("no number of layers"));
  EXPECT_THROW(static_cast<void>(config(R"("n_layer":-3)").layers()), InputError);
  EXPECT_EQ(config(R"("encoder_layers":2,"decoder_layers":6)").layers(), 6U);
  EXPECT_EQ(config(R"("rotary_emb_base":25000)").rope_theta(), 25000);
}

TEST(ModelConfig, FindsKeysOfTheTextModel) {
  ModelConfig nested = config(
      R"("text_config":{"num_hidden_layers":4,"vocab_size":9,"dtype":"float32"},"vision_config":{"vocab_size":1})");
  EXPECT_EQ(nested.layers(), 4U);
  EXPECT_EQ(nested.number("vocab_size"), 9);
  nested.set_tied(true);
  nested.set_dtype(DType::BF16);
  nested.set("vocab_size", 10);
  EXPECT_EQ(nested.document()["text_config"].dump(),
            R"({"num_hidden_layers":4,"vocab_size":10,"dtype":"bfloat16","tie_word_embeddings":true})");
  EXPECT_EQ(nested.document()["tie_word_embeddings"], true);
}

TEST(ModelConfig, SetsTheDtypeUnderTheKeysOfTheDocument) {
  const auto keys_after = [](const std::string& fields) {
    ModelConfig changed = config(fields);
    changed.set_dtype(DType::F16);
    return changed.document().dump();
  };
  EXPECT_THAT(keys_after(R"("torch_dtype":"float32","x":1)"), HasSubstr(R"("torch_dtype":"float16","x":1})"));
  EXPECT_THAT(keys_after(R"("dtype":"float32")"), testing::EndsWith(R"("dtype":"float16"})"));
  EXPECT_THAT(keys_after(R"("dtype":null,"torch_dtype":"a")"),
              HasSubstr(R"("dtype":"float16","torch_dtype":"float16"})"));
  EXPECT_THAT(keys_after(R"("transformers_version":"4.40.1")"), HasSubstr(R"("torch_dtype":"float16"})"));
  EXPECT_THAT(keys_after(R"("transformers_version":"4.56.0")"), HasSubstr(R"("dtype":"float16"})"));
  EXPECT_THAT(keys_after(R"("transformers_version":"5.0.0.dev0")"), HasSubstr(R"(,"dtype":"float16"})"));
}

TEST(ModelConfig, SetsLayersUnderTheKeyOfTheDocument) {
  ModelConfig changed = config(R"("n_layer":3)");
  changed.set_layers(5);
  EXPECT_EQ(changed.layers(), 5U);
  EXPECT_FALSE(changed.document().contains("num_hidden_layers"));
}

TEST(ModelConfig, ReadKeepsTheOrderAndNotesAByteOrderMark) {
  const tests::TemporaryFolder folder;
  std::vector<std::string> notes;
  const ModelConfig read = ModelConfig::read(
      folder.write("config.json", "\xEF\xBB\xBF{\"z\":1,\"architectures\":[\"A\"],\"b\":2}"), &notes);
  EXPECT_EQ(read.document().dump(), R"({"z":1,"architectures":["A"],"b":2})");
  EXPECT_THAT(notes, testing::ElementsAre(HasSubstr("byte order mark")));
  EXPECT_THROW(ModelConfig::read(folder.write("twice.json", R"({"architectures":["A"],"a":1,"a":1})")),
               InputError);
  EXPECT_THROW(ModelConfig::read(folder / "absent.json"), InputError);
}

}  // namespace
}  // namespace tsugi::merge
