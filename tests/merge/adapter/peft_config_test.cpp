// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/peft_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;

/// `fields` beside the type.
PeftConfig read(const std::string& fields, std::vector<std::string>& notes) {
  const tests::TemporaryFolder folder;
  return PeftConfig::read(
      folder.write("adapter_config.json", fmt::format(R"({{"peft_type":"LORA"{}}})", fields)), notes);
}
PeftConfig read(const std::string& fields) {
  std::vector<std::string> notes;
  return read(fields, notes);
}
std::string error(const std::string& fields) {
  return tests::message_of<InputError>([&] { read(fields); });
}

TEST(PeftConfig, Defaults) {
  const PeftConfig config = read("");
  EXPECT_EQ(config.rank("any"), 8U);
  EXPECT_EQ(config.scale("any"), 1);
  EXPECT_FALSE(config.dora());
}

// PEFT's get_pattern_key: the first key, in the file's order, that matches the name or the end of it behind a
// dot.
TEST(PeftConfig, PatternsPickByTheFirstMatch) {
  const PeftConfig config =
      read(R"(,"r":16,"lora_alpha":32,"rank_pattern":{"mlp.up_proj":4,"up_proj":2,)"
           R"("^model.layers.1.q_proj":8},"alpha_pattern":{"layers\\.[02]\\..*":64,"k|v":5})");
  EXPECT_EQ(config.rank("model.layers.0.mlp.up_proj"), 4U);
  EXPECT_EQ(config.rank("model.layers.0.x.up_proj"), 2U);
  EXPECT_EQ(config.rank("up_proj"), 2U);
  EXPECT_EQ(config.rank("model.layers.0.my_up_proj"), 16U) << "only behind a dot";
  EXPECT_EQ(config.rank("model.layers.1.q_proj"), 8U);
  EXPECT_EQ(config.rank("mlpxup_proj"), 4U) << "dots are any character";
  EXPECT_EQ(config.scale("model.layers.0.mlp.up_proj"), 16);
  EXPECT_EQ(config.scale("model.layers.1.v"), 5.0 / 16);
  EXPECT_EQ(config.scale("model.layers.1.x"), 2);
}

TEST(PeftConfig, RefusesByName) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"(,"r":0)", "r is 0, expected a positive integer"},
      {R"(,"r":1.5)", "r is 1.5"},
      {R"(,"r":"8")", "r is '\"8\"', expected a number"},
      {R"(,"rank_pattern":{"a":0})", "rank_pattern is 0"},
      {R"(,"rank_pattern":[1])", "rank_pattern is '[1]', expected an object of numbers"},
      {R"(,"alpha_pattern":{"(":1})", "'(' is no regular expression"},
      {R"(,"use_dora":1)", "use_dora is '1', expected true or false"},
      {R"(,"modules_to_save":"x")", "modules_to_save is"},
      {R"(,"init_lora_weights":"pissa_niter_4")",
       "init_lora_weights is 'pissa_niter_4', so the training changed the base"},
      {R"(,"init_lora_weights":"loftq")", "'loftq'"},
      {R"(,"layer_replication":[[0,2]])", "layer_replication is set"},
      {R"(,"target_parameters":["a"])", "target_parameters is set"},
      {R"(,"use_qalora":true)", "use_qalora is set"},
      {R"(,"trainable_token_indices":[1])", "trainable_token_indices is set"}};
  for (const auto& [fields, message] : kCases) EXPECT_THAT(error(fields), HasSubstr(message)) << fields;
  EXPECT_EQ(
      error(
          R"(,"layer_replication":null,"target_parameters":[],"use_qalora":false,"init_lora_weights":"gaussian")"),
      "no error");
  const tests::TemporaryFolder folder;
  std::vector<std::string> notes;
  for (const char* text : {R"({"peft_type":"IA3"})", "{}"}) {
    const auto file = folder.write("c", text);
    EXPECT_THAT(tests::message_of<InputError>([&] { PeftConfig::read(file, notes); }),
                HasSubstr("only LORA (with DoRA and rsLoRA) is applied"));
  }
  const auto list = folder.write("c", "[]");
  EXPECT_THAT(tests::message_of<InputError>([&] { PeftConfig::read(list, notes); }),
              HasSubstr("is not an object"));
}

TEST(PeftConfig, APatternThatTakesTooLongIsAnError) {
  const PeftConfig config = read(R"(,"rank_pattern":{"(a+)+b":2})");
  EXPECT_THAT(tests::message_of<InputError>([&] { config.rank(std::string(60, 'a') + "bc"); }),
              HasSubstr("the pattern '(a+)+b' takes too long"));
}

TEST(PeftConfig, NotesUnknownKeys) {
  std::vector<std::string> notes;
  read(R"(,"lora_dropout":0.1,"new_thing":true,"other":null)", notes);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("'new_thing' is not known here"));
}

}  // namespace
}  // namespace tsugi::merge
