// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/golden.h"
#include "tests/support/raw_safetensors.h"
#include "tests/support/tiny_model.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

constexpr const char* kUp = "base_model.model.model.layers.0.mlp.up_proj";

/// A one-layer Llama of width 2 and an adapter for its up_proj [3, 2].
class Folders {
 public:
  Folders() {
    base = tests::TinyModel::llama(1, 1);
    config = {{"peft_type", "LORA"}, {"r", 1}, {"lora_alpha", 2}};
    set(fmt::format("{}.lora_A.weight", kUp), {1, 2}, {1, -1});
    set(fmt::format("{}.lora_B.weight", kUp), {3, 1}, {.5F, 2, 0});
  }

  void set(const std::string& name, const Shape& shape, const std::vector<float>& values,
           DType type = DType::F32) {
    tensors[name] = {shape, values, type};
  }

  std::shared_ptr<const Checkpoint> apply() {
    base.write(folder / "base");
    tests::TinyModel adapter;
    adapter.config = config;
    adapter.tensors = tensors;
    const auto place = folder / "adapter";
    adapter.write(place);
    std::filesystem::rename(place / "config.json", place / "adapter_config.json");
    std::filesystem::rename(place / "model.safetensors", place / "adapter_model.safetensors");
    return apply_adapter(Checkpoint::open(folder / "base"), place);
  }
  std::string error() {
    return tests::message_of<InputError>([&] { apply(); });
  }

  tests::TemporaryFolder folder;
  tests::TinyModel base;
  Json config;
  std::map<std::string, tests::TinyTensor> tensors;
};

std::vector<float> values_of(const Checkpoint& model, const std::string& name) {
  const TensorView* tensor = model.find(name);
  if (tensor == nullptr) return {};
  std::vector<float> values(elements(tensor->shape));
  read_rows(*tensor, 0, values.size() / row_length(tensor->shape), values);
  return values;
}

constexpr const char* kWeight = "model.layers.0.mlp.up_proj.weight";

// The example of specification checkpoints, 7.5.
TEST(ApplyAdapter, TheSpecificationsExample) {
  Folders folders;
  folders.base.tensors[kWeight] = {{2, 3}, {.625F, -1.25F, .25F, 1.5F, .375F, -.6875F}};
  folders.set(fmt::format("{}.lora_A.weight", kUp), {1, 3}, {1, -1, .5F});
  folders.set(fmt::format("{}.lora_B.weight", kUp), {2, 1}, {.5F, 2});
  tests::expect_near(values_of(*folders.apply(), kWeight), {1.625, -2.25, .75, 5.5, -3.625, 1.3125});
  folders.config["use_dora"] = true;
  folders.set(fmt::format("{}.lora_magnitude_vector", kUp), {2}, {1, 2});
  tests::expect_near(values_of(*folders.apply(), kWeight),
                     {.5652174, -.7826087, .2608696, 1.6377231, -1.0794084, .3908203});
}

TEST(ApplyAdapter, ScalesByAlphaAndRank) {
  Folders folders;
  folders.config["lora_alpha"] = 16;
  folders.config["r"] = 4;
  folders.set(fmt::format("{}.lora_A.weight", kUp), {4, 2}, {1, 0, 0, 0, 0, 0, 0, 0});
  folders.set(fmt::format("{}.lora_B.weight", kUp), {3, 4}, {1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_THAT(values_of(*folders.apply(), kWeight), ElementsAre(5, 1, 9, 1, 1, 1));  // s = 4
  folders.config["use_rslora"] = true;
  EXPECT_THAT(values_of(*folders.apply(), kWeight), ElementsAre(9, 1, 17, 1, 1, 1));  // s = 8
}

TEST(ApplyAdapter, SixteenBitFactorsAndNamesOfOtherWriters) {
  Folders folders;
  folders.tensors.clear();
  folders.set("model.layers.0.mlp.up_proj.lora_A.default.weight", {1, 2}, {1, -1}, DType::BF16);
  folders.set("model.layers.0.mlp.up_proj.lora_B.default.weight", {3, 1}, {.5F, 2, 0}, DType::F16);
  const auto model = folders.apply();
  EXPECT_THAT(values_of(*model, kWeight), ElementsAre(2, 0, 5, -3, 1, 1));
  EXPECT_EQ(model->find(kWeight)->dtype, DType::F32);
}

TEST(ApplyAdapter, ReplacedTensorsCountAsTheBasesType) {
  Folders folders;
  folders.base.tensors["model.norm.weight"].type = DType::BF16;
  folders.set("base_model.model.model.norm.weight", {2}, {1.001F, 2});
  folders.set("base_model.model.model.layers.0.self_attn.q_proj.modules_to_save.weight", {2, 2},
              {1, 2, 3, 4});
  folders.config["modules_to_save"] = {"norm", "q_proj", "lm_head"};
  const auto model = folders.apply();
  EXPECT_THAT(values_of(*model, "model.norm.weight"), ElementsAre(1.001F, 2));
  EXPECT_EQ(model->find("model.norm.weight")->dtype, DType::BF16);
  EXPECT_THAT(values_of(*model, "model.layers.0.self_attn.q_proj.weight"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(model->notes(),
              testing::Contains(HasSubstr("lists 'lm_head' in modules_to_save, but has no tensors")));
}

TEST(ApplyAdapter, TiedHeads) {
  Folders folders;
  const std::vector<float> rows{1, 2, 3, 4, 5, 6, 7, 8};
  folders.set("base_model.model.model.embed_tokens.weight", {4, 2}, rows);
  folders.set("base_model.model.lm_head.weight", {4, 2}, rows);
  const auto model = folders.apply();
  EXPECT_EQ(values_of(*model, "model.embed_tokens.weight"), rows);
  EXPECT_EQ(model->find("lm_head.weight"), nullptr);
  folders.set("base_model.model.lm_head.weight", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 9});
  EXPECT_THAT(folders.error(),
              HasSubstr("changes 'lm_head.weight', but the base's head is tied to its embedding"));
}

TEST(ApplyAdapter, NotesWhatIsOdd) {
  Folders folders;
  folders.config["base_model_name_or_path"] = "org/other";
  folders.config["of_tomorrow"] = 3;
  folders.set(fmt::format("{}.lora_B.weight", kUp), {3, 1}, {0, 0, 0});
  const auto notes = folders.apply()->notes();
  EXPECT_THAT(notes, testing::Contains(HasSubstr("was trained on 'org/other', and is applied to 'base'")));
  EXPECT_THAT(notes, testing::Contains(HasSubstr("'of_tomorrow' is not known here")));
  EXPECT_THAT(notes, testing::Contains(HasSubstr("1 of 1 modules have a factor of zeros")));
}

TEST(ApplyAdapter, RefusesWhatDoesNotFit) {
  const auto error = [](auto change) {
    Folders folders;
    change(folders);
    return folders.error();
  };
  const std::string a = fmt::format("{}.lora_A.weight", kUp);
  const std::string b = fmt::format("{}.lora_B.weight", kUp);
  EXPECT_THAT(error([&](Folders& f) { f.tensors.erase(a); }),
              HasSubstr("module 'model.layers.0.mlp.up_proj' has lora_B but not lora_A"));
  EXPECT_THAT(error([&](Folders& f) { f.tensors.erase(b); }), HasSubstr("has lora_A but not lora_B"));
  EXPECT_THAT(error([&](Folders& f) {
                f.tensors.clear();
                f.set("base_model.model.original_module.x", {1}, {1});
              }),
              HasSubstr("holds no tensors"));
  EXPECT_THAT(error([&](Folders& f) { f.set(a, {2, 2}, {1, 1, 1, 1}); }), HasSubstr("do not share a rank"));
  EXPECT_THAT(error([&](Folders& f) { f.config["r"] = 2; }), HasSubstr("has rank 1, but"));
  EXPECT_THAT(error([&](Folders& f) {
                f.set(a, {1, 5}, {1, 1, 1, 1, 1});
              }),
              HasSubstr("lora_A [1, 5] and lora_B [3, 1] give [3, 5], but the base's weight is [3, 2]"));
  EXPECT_THAT(error([&](Folders& f) {
                f.set(a, {1, 2, 1, 1}, {1, 1});
              }),
              HasSubstr("only those of matrices"));
  EXPECT_THAT(error([&](Folders& f) { f.set(a, {1, 2}, {1, 1}, DType::I8); }), HasSubstr("has type I8"));
  EXPECT_THAT(error([&](Folders& f) {
                f.set("base_model.model.x.lora_A.weight", {1, 2}, {1, 1});
                f.set("base_model.model.x.lora_B.weight", {3, 1}, {1, 1, 1});
              }),
              HasSubstr("changes 'x.weight', which the base does not have"));
  EXPECT_THAT(error([&](Folders& f) { f.set("base_model.model.x.lora_C.weight", {1}, {1}); }),
              HasSubstr("'base_model.model.x.lora_C.weight' is none that a LoRA adapter has"));
  EXPECT_THAT(
      error([&](Folders& f) { f.set("base_model.model.a.token_adapter.trainable_tokens_delta", {1}, {1}); }),
      HasSubstr("is none that a LoRA adapter has"));
  EXPECT_THAT(error([&](Folders& f) {
                f.set(fmt::format("{}.lora_A.default.weight", kUp), {1, 2}, {1, 1});
              }),
              HasSubstr("are the same part of"));
  EXPECT_THAT(error([&](Folders& f) {
                f.set("base_model.model.model.embed_tokens.weight", {5, 2}, std::vector<float>(10));
              }),
              HasSubstr("of shape [5, 2], the base [4, 2]: its vocabulary was resized"));
  EXPECT_THAT(error([&](Folders& f) {
                f.set(fmt::format("{}.lora_magnitude_vector", kUp), {3}, {1, 1, 1});
              }),
              HasSubstr("has a lora_magnitude_vector, but"));
  EXPECT_THAT(error([&](Folders& f) { f.config["use_dora"] = true; }),
              HasSubstr("has no lora_magnitude_vector"));
  EXPECT_THAT(error([&](Folders& f) {
                f.config["use_dora"] = true;
                f.set(fmt::format("{}.lora_magnitude_vector", kUp), {2}, {1, 1});
              }),
              HasSubstr("lora_magnitude_vector is [2], expected 3 values"));
  EXPECT_THAT(error([&](Folders& f) {
                f.set(fmt::format("{}.lora_B.bias", kUp), {3}, {1, 1, 1});
              }),
              HasSubstr("does not say lora_bias: true"));
  EXPECT_THAT(error([&](Folders& f) {
                f.set(fmt::format("{}.lora_B.bias", kUp), {3}, {1, 1, 1});
                f.config["lora_bias"] = true;
              }),
              HasSubstr("changes 'model.layers.0.mlp.up_proj.bias', which the base does not have"));
}

TEST(ApplyAdapter, DoraNeedsADirection) {
  Folders folders;
  folders.config["use_dora"] = true;
  folders.set(fmt::format("{}.lora_magnitude_vector", kUp), {3}, {1, 1, 1});
  folders.base.fill(kWeight, {3, 2}, 0);
  folders.set(fmt::format("{}.lora_B.weight", kUp), {3, 1}, {1, 1, 0});
  const auto model = folders.apply();
  EXPECT_THAT(tests::message_of<InputError>([&] { values_of(*model, kWeight); }),
              HasSubstr("DoRA has no direction for output 2 of 'model.layers.0.mlp.up_proj.weight'"));
}

TEST(ApplyAdapter, RefusesFoldersThatAreNone) {
  Folders folders;
  const auto base = folders.apply();
  const auto error = [&](const char* name) {
    return tests::message_of<InputError>([&] { apply_adapter(base, folders.folder / name); });
  };
  EXPECT_THAT(error("base"), HasSubstr("is no adapter: it has no adapter_config.json"));
  std::filesystem::remove(folders.folder / "adapter/adapter_model.safetensors");
  EXPECT_THAT(error("adapter"), HasSubstr("has adapter_config.json but no adapter_model.safetensors"));
}

}  // namespace
}  // namespace tsugi::merge
