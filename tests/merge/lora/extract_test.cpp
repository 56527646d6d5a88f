// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/lora/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/safetensors.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::TemporaryFolder;
using tests::TinyModel;

// The specification's worked example (section 8): D and B A of rank 1.
const std::vector<float> kDelta{.125F, -.25F, 0, -.5F, .375F, .0625F};
const std::vector<double> kRankOne{.1937075, -.1678209, -.0219594, -.4717901, .4087411, .0534839};
constexpr double kPrinted = 5e-8 + 1e-7;  // half a unit of the 7 decimals, and f32 factors of size 1

class ExtractLora : public testing::Test {
 protected:
  // A Llama of one layer with one [2, 3] matrix; or what stands for GPT-2, whose matrices are [in, out].
  static TinyModel model(bool gpt2) {
    TinyModel model;
    model.config = {{"architectures", {gpt2 ? "GPT2LMHeadModel" : "LlamaForCausalLM"}},
                    {"model_type", gpt2 ? "gpt2" : "llama"},
                    {"num_hidden_layers", 1},
                    {"vocab_size", 2},
                    {"tie_word_embeddings", true}};
    const std::string layer = gpt2 ? "transformer.h.0." : "model.layers.0.";
    model.fill(gpt2 ? "transformer.wte.weight" : "model.embed_tokens.weight", {2, 3}, 1);
    model.fill(layer + (gpt2 ? "attn.c_attn.weight" : "mlp.up_proj.weight"), {2, 3}, 1);
    model.fill(layer + (gpt2 ? "attn.c_attn.bias" : "norm.weight"), {3}, 1);
    return model;
  }

  static void change(TinyModel& model, const std::string& name, const std::vector<float>& delta) {
    for (std::size_t i = 0; i < delta.size(); ++i) model.tensors.at(name).values[i] += delta[i];
  }

  ExtractReport extract(const TinyModel& tuned, const TinyModel& base, ExtractOptions options = {}) {
    tuned.write(folder_ / "tuned");
    base.write(folder_ / "base");
    options.base_name = "org/base";
    const auto first = Checkpoint::open(folder_ / "tuned");
    const auto second = Checkpoint::open(folder_ / "base");
    return extract_lora(*first, *second, folder_ / "out", options);
  }

  nlohmann::json config() const {
    return nlohmann::json::parse(tests::read_text(folder_ / "out/adapter_config.json"));
  }

  std::map<std::string, std::vector<float>> tensors() const {
    const MappedFile file(folder_ / "out/adapter_model.safetensors");
    std::map<std::string, std::vector<float>> read;
    for (const TensorView& view : parse_safetensors(file.bytes(), "adapter")) {
      std::vector<float>& values = read[view.name];
      values.resize(elements(view.shape));
      to_f32(view.dtype, view.bytes, values);
    }
    return read;
  }

  // lora_B [rows, rank] times lora_A [rank, columns]
  static std::vector<double> product(const std::vector<float>& b, const std::vector<float>& a,
                                     std::size_t rank) {
    const std::size_t rows = b.size() / rank;
    const std::size_t columns = a.size() / rank;
    std::vector<double> values(rows * columns);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        for (std::size_t k = 0; k < rank; ++k)
          values[i * columns + j] +=
              static_cast<double>(b[i * rank + k]) * static_cast<double>(a[k * columns + j]);
      }
    }
    return values;
  }

  TemporaryFolder folder_;
};

TEST_F(ExtractLora, LinearModulesGiveTheGoldenFactors) {
  TinyModel tuned = model(false);
  change(tuned, "model.layers.0.mlp.up_proj.weight", kDelta);
  const ExtractReport report = extract(tuned, model(false), {.rule = {.most = 1}});
  const auto read = tensors();
  ASSERT_EQ(read.size(), 2u);
  const std::string prefix = "base_model.model.model.layers.0.mlp.up_proj.";
  const auto seen = product(read.at(prefix + "lora_B.weight"), read.at(prefix + "lora_A.weight"), 1);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(seen[i], kRankOne[i], kPrinted) << i;
  const nlohmann::json settings = config();
  EXPECT_EQ(settings["peft_type"], "LORA");
  EXPECT_EQ(settings["task_type"], "CAUSAL_LM");
  EXPECT_EQ(settings["r"], 1);
  EXPECT_EQ(settings["lora_alpha"], 1);
  EXPECT_EQ(settings["target_modules"], nlohmann::json({"up_proj"}));
  EXPECT_TRUE(settings["modules_to_save"].is_null());
  EXPECT_EQ(settings["fan_in_fan_out"], false);
  EXPECT_EQ(settings["base_model_name_or_path"], "org/base");
  ASSERT_EQ(report.modules.size(), 1u);
  const double all = .6772624 * .6772624 + .1182028 * .1182028;
  EXPECT_NEAR(report.modules[0].delta_square, all, 1e-6);
  EXPECT_NEAR(report.energy_share(), .6772624 * .6772624 / all, 1e-6);
  EXPECT_EQ(report.bytes, 5 * sizeof(float));
}

// GPT-2 stores [in, out], so the product of the factors is the transposed difference.
TEST_F(ExtractLora, Conv1dIsTransposedAndItsBiasSaved) {
  TinyModel tuned = model(true);
  change(tuned, "transformer.h.0.attn.c_attn.weight", kDelta);
  change(tuned, "transformer.h.0.attn.c_attn.bias", {1, 2, 3});
  extract(tuned, model(true), {.rule = {.most = 1}});
  const auto read = tensors();
  const std::string prefix = "base_model.model.transformer.h.0.attn.c_attn.";
  const auto seen = product(read.at(prefix + "lora_B.weight"), read.at(prefix + "lora_A.weight"), 1);
  ASSERT_EQ(read.at(prefix + "lora_B.weight").size(), 3u);  // [out, 1]
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(seen[i * 2 + j], kRankOne[j * 3 + i], kPrinted);
  }
  EXPECT_THAT(read.at(prefix + "base_layer.bias"), ElementsAre(2, 3, 4));
  EXPECT_EQ(config()["fan_in_fan_out"], true);
  EXPECT_EQ(config()["bias"], "lora_only");
}

TEST_F(ExtractLora, EmbeddingsHaveNamesOfTheirOwn) {
  TinyModel tuned = model(false);
  change(tuned, "model.embed_tokens.weight", kDelta);
  const ExtractReport report = extract(tuned, model(false), {.rule = {.most = 2}});
  const auto read = tensors();
  const std::string prefix = "base_model.model.model.embed_tokens.lora_embedding_";
  ASSERT_EQ(read.at(prefix + "A").size(), 2u * 2);  // [r, vocabulary]
  const auto seen = product(read.at(prefix + "B"), read.at(prefix + "A"), 2);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(seen[i * 2 + j], kDelta[j * 3 + i], 3e-7);
  }
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("the head is tied to the embedding")));
}

TEST_F(ExtractLora, NormsAreSavedWholeInTheirOwnType) {
  TinyModel tuned = model(false);
  tuned.fill("model.layers.0.norm.weight", {3}, 2, DType::BF16);
  change(tuned, "model.layers.0.mlp.up_proj.weight", kDelta);
  const ExtractReport report = extract(tuned, model(false), {.dtype = DType::F16});
  EXPECT_THAT(report.saved_modules, ElementsAre("model.layers.0.norm"));
  EXPECT_EQ(config()["modules_to_save"], nlohmann::json({"model.layers.0.norm"}));
  EXPECT_THAT(tensors().at("base_model.model.model.layers.0.norm.weight"), ElementsAre(2, 2, 2));
  EXPECT_EQ(report.bytes, 3 * 2 + (2 * 2 + 2 * 3) * 2u);
}

TEST_F(ExtractLora, RanksOfTheirOwnAreInThePatterns) {
  TinyModel base = model(false);
  base.fill("model.layers.0.mlp.gate_proj.weight", {2, 3}, 0);
  TinyModel tuned = base;
  change(tuned, "model.layers.0.mlp.up_proj.weight", kDelta);
  change(tuned, "model.layers.0.mlp.gate_proj.weight", {1, 1, 1, 1, 1, 1});  // of rank 1
  extract(tuned, base);
  EXPECT_EQ(config()["r"], 2);
  const nlohmann::json pattern = {{R"(model\.layers\.0\.mlp\.gate_proj)", 1}};
  EXPECT_EQ(config()["rank_pattern"], pattern);
  EXPECT_EQ(config()["alpha_pattern"], pattern);
}

TEST_F(ExtractLora, AThresholdMayLeaveModulesOut) {
  TinyModel base = model(false);
  base.fill("model.layers.0.mlp.gate_proj.weight", {2, 3}, 0);
  TinyModel tuned = base;
  change(tuned, "model.layers.0.mlp.up_proj.weight", kDelta);
  change(tuned, "model.layers.0.mlp.gate_proj.weight", {.01F});
  const ExtractReport report = extract(tuned, base, {.rule = {.most = 9, .energy = 1, .threshold = .5}});
  EXPECT_EQ(config()["target_modules"], nlohmann::json({"model.layers.0.mlp.up_proj"}));
  EXPECT_EQ(tensors().size(), 2u);
  EXPECT_THAT(report.notes,
              ElementsAre(HasSubstr("1 changed modules, the first 'model.layers.0.mlp.gate_proj'")));
}

TEST_F(ExtractLora, NamesWholeModulesWhereAnEndingWouldNameOthers) {
  TinyModel base = model(false);
  base.config["num_hidden_layers"] = 2;
  base.fill("model.layers.1.mlp.up_proj.weight", {2, 3}, 1);
  base.fill("model.layers.1.norm.weight", {3}, 1);
  TinyModel tuned = base;
  change(tuned, "model.layers.1.mlp.up_proj.weight", kDelta);
  extract(tuned, base);
  EXPECT_EQ(config()["target_modules"], nlohmann::json({"model.layers.1.mlp.up_proj"}));
}

TEST_F(ExtractLora, SaysWhatItCannotHold) {
  TinyModel base = model(false);
  base.fill("model.layers.0.experts", {2, 2, 2}, 1);
  TinyModel tuned = base;
  tuned.fill("model.layers.0.experts", {2, 2, 2}, 2);
  tuned.fill("extra.weight", {2, 2}, 1);
  change(tuned, "model.layers.0.mlp.up_proj.weight", kDelta);
  const ExtractReport report = extract(tuned, base);
  ASSERT_EQ(report.left_out.size(), 2u);
  EXPECT_EQ(report.left_out[0].tensor, "model.layers.0.experts");
  EXPECT_EQ(report.left_out[1].tensor, "extra.weight");
}

TEST_F(ExtractLora, AnotherVocabularyIsSavedWhole) {
  TinyModel tuned = model(false);
  tuned.fill("model.embed_tokens.weight", {4, 3}, 1);
  tuned.config["vocab_size"] = 4;
  change(tuned, "model.layers.0.mlp.up_proj.weight", kDelta);
  const ExtractReport report = extract(tuned, model(false));
  EXPECT_THAT(report.saved_modules, ElementsAre("model.embed_tokens"));
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("has 4 rows and 2 in the base")));
}

TEST_F(ExtractLora, RefusesWhatCannotBe) {
  const auto message = [&](const TinyModel& tuned) {
    return tests::message_of([&] { extract(tuned, model(false)); });
  };
  EXPECT_THAT(message(model(false)), HasSubstr("no matrix differs"));
  TinyModel wide = model(false);
  wide.fill("model.layers.0.mlp.up_proj.weight", {2, 4}, 1);
  EXPECT_THAT(message(wide), HasSubstr("'model.layers.0.mlp.up_proj.weight' is [2, 4] and [2, 3] in"));
  TinyModel broken = model(false);
  change(broken, "model.layers.0.mlp.up_proj.weight", {NAN, 0, 0, INFINITY});
  EXPECT_THAT(message(broken), HasSubstr("1 NaN and 1 infinite of 6 values, the first at element 0"));
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
    EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("out"))) << "left behind";
}

TEST_F(ExtractLora, SameBytesForAnyNumberOfThreads) {
  TinyModel base = model(false);
  TinyModel tuned = base;
  for (int i = 0; i < 8; ++i) {
    const std::string name = "model.layers.0.mlp.experts." + std::to_string(i) + ".weight";
    base.fill(name, {40, 30}, 0);
    tuned.fill(name, {40, 30}, 0);
    for (std::size_t j = 0; j < 1200; ++j)
      tuned.tensors[name].values[j] = std::sin(static_cast<float>(j * j + static_cast<std::size_t>(i)));
  }
  std::string bytes;
  for (const std::size_t threads : {1, 2}) {
    ThreadPool pool(threads);
    std::filesystem::remove_all(folder_ / "out");
    pool.run([&] { extract(tuned, base, {.rule = {.most = 8}}); });
    const std::string now = tests::read_text(folder_ / "out/adapter_model.safetensors");
    EXPECT_TRUE(bytes.empty() || now == bytes);
    bytes = now;
  }
}

}  // namespace
}  // namespace tsugi::merge
