// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A bundled model goes out as GGUF and comes in again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/json.h"
#include "merge/gguf/families.h"
#include "merge/gguf/parse.h"
#include "merge/gguf/pre_tokenizer.h"
#include "merge/gguf/writer.h"
#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::merge::gguf {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kBase = TSUGI_ROOT "/recipes/pocket/base";

MergePlan plan_of_base() {
  return plan_copy(Checkpoint::open(kBase));
}

void write(const MergePlan& plan, const fs::path& out, const WriterOptions& options = {}) {
  Writer writer(plan, out, options);
  write_file(plan, writer, {.concurrency = Concurrency::serial});
}

std::vector<float> values_of(const TensorView& view) {
  std::vector<float> values(elements(view.shape));
  read_rows(view, 0, values.size() / row_length(view.shape), values);
  return values;
}

TEST(GgufFile, ComesBackEqual) {
  const tests::TemporaryFolder folder;
  write(plan_of_base(), folder / "out.gguf");
  const auto base = Checkpoint::open(kBase);
  const auto back = Checkpoint::open(folder / "out.gguf");
  ASSERT_EQ(back->tensors().size(), base->tensors().size());
  for (std::size_t i = 0; i < base->tensors().size(); ++i) {
    const TensorView& expected = base->tensors()[i];
    const TensorView& seen = back->tensors()[i];
    EXPECT_EQ(seen.name, expected.name);
    EXPECT_EQ(seen.shape, expected.shape);
    EXPECT_EQ(seen.dtype, DType::BF16);
    EXPECT_EQ(values_of(seen), values_of(expected)) << expected.name;
  }
  // What both say of the model is the same, but for what a GGUF file has no key for.
  for (const char* key :
       {"architectures", "model_type", "hidden_size", "head_dim", "rms_norm_eps", "vocab_size", "dtype",
        "num_key_value_heads", "max_position_embeddings", "rope_parameters", "tie_word_embeddings"})
    EXPECT_EQ(nlohmann::json(back->config().document()[key]), nlohmann::json(base->config().document()[key]))
        << key;
}

TEST(GgufFile, TokenizerComesBackEqual) {
  const tests::TemporaryFolder folder;
  write(plan_of_base(), folder / "out.gguf");
  const auto companions = Checkpoint::open(folder / "out.gguf")->companions();
  ASSERT_EQ(companions.size(), 2U);
  EXPECT_EQ(companions[0].name, "tokenizer.json");
  const auto seen = parse_ordered_json(companions[0].content(), "seen");
  const auto expected = read_ordered_json(kBase / "tokenizer.json");
  for (const char* key : {"added_tokens", "normalizer", "pre_tokenizer", "decoder"})
    EXPECT_EQ(seen[key], expected[key]) << key;
  EXPECT_EQ(seen["post_processor"]["single"], expected["post_processor"]["single"]);
  EXPECT_EQ(seen["model"]["merges"], expected["model"]["merges"]);
  EXPECT_EQ(nlohmann::json(seen["model"]["vocab"]), nlohmann::json(expected["model"]["vocab"]));
}

// A row of 32 values is off by half a step of its scale at most: largest / 127 / 2, and the scale's own
// rounding to F16.
TEST(GgufFile, Q8IsNear) {
  const tests::TemporaryFolder folder;
  write(plan_of_base(), folder / "out.gguf", {.type = Storage::Q8_0});
  const auto base = Checkpoint::open(kBase);
  const auto back = Checkpoint::open(folder / "out.gguf");
  EXPECT_THAT(back->notes().back(), HasSubstr("is quantised"));
  for (const TensorView& expected : base->tensors()) {
    const std::vector<float> a = values_of(expected);
    const std::vector<float> b = values_of(*back->find(expected.name));
    for (std::size_t block = 0; block < a.size(); block += 32) {
      float largest = 0;
      for (std::size_t i = block; i < block + 32; ++i) largest = std::max(largest, std::fabs(a[i]));
      for (std::size_t i = block; i < block + 32; ++i)
        ASSERT_NEAR(a[i], b[i], largest * (0.5 / 127 + 0x1p-11)) << expected.name;
    }
  }
}

TEST(GgufFile, IsTheSameForAnyNumberOfThreads) {
  const tests::TemporaryFolder folder;
  write(plan_of_base(), folder / "one.gguf", {.type = Storage::Q8_0});
  ThreadPool pool(3);
  const MergePlan plan = plan_of_base();
  Writer writer(plan, folder / "two" / "one.gguf", {.type = Storage::Q8_0});
  pool.run([&] { write_file(plan, writer); });
  EXPECT_EQ(tests::read_text(folder / "one.gguf"), tests::read_text(folder / "two" / "one.gguf"));
}

TEST(GgufFile, AppearsWholeOrNotAtAll) {
  const tests::TemporaryFolder folder;
  const MergePlan plan = plan_of_base();
  {
    Writer writer(plan, folder / "out.gguf");
    EXPECT_TRUE(fs::exists(folder / ".out.gguf.tsugi-partial"));
    EXPECT_THROW(writer.commit(), Error);
    EXPECT_THROW(Writer(plan, folder / "out.gguf"), Error);  // one at a time
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  write(plan, folder / "out.gguf");
  EXPECT_THAT(tests::message_of([&] { write(plan, folder / "out.gguf"); }), HasSubstr("pass --overwrite"));
  write(plan, folder / "out.gguf", {.overwrite = true});
  folder.write("text.gguf", "not a model");
  EXPECT_THAT(tests::message_of([&] { write(plan, folder / "text.gguf", {.overwrite = true}); }),
              HasSubstr("does not begin with 'GGUF'"));
  EXPECT_THAT(tests::message_of([&] { write(plan, kBase / "out.gguf"); }),
              HasSubstr("lies inside the input"));
  EXPECT_FALSE(fs::exists(kBase / "out.gguf"));
}

// The specification's example: a head of 8 rows.
// llama.cpp refuses such a file: it counts one tensor too many.
TEST(GgufFile, AHeadOfItsOwnIsRefusedWhereTheFamilyHasNone) {
  const tests::TemporaryFolder folder;
  MergePlan plan = plan_of_base();
  auto document = plan.config.document();
  document["architectures"] = {"GemmaForCausalLM"};
  plan.config = ModelConfig(document, "config.json");
  plan.tensors[0].output.name = "lm_head.weight";
  EXPECT_THAT(tests::message_of([&] { write(plan, folder / "out.gguf"); }),
              HasSubstr("tie_word_embeddings: true"));
  EXPECT_FALSE(fs::exists(folder / "out.gguf"));
}

TEST(GgufRows, ArePairedAsLlamaCppRotatesThem) {
  const std::vector<std::size_t> old_rows{0, 4, 1, 5, 2, 6, 3, 7};
  for (std::size_t head = 0; head < 2; ++head) {
    for (std::size_t row = 0; row < 8; ++row)
      EXPECT_EQ(paired_row(8 * head + old_rows[row], 8), 8 * head + row);
  }
}

TEST(GgufNames, FollowTheFamily) {
  const Family& llama = *family_of_class("MistralForCausalLM");
  EXPECT_EQ(gguf_name(llama, "model.layers.12.post_attention_layernorm.weight"), "blk.12.ffn_norm.weight");
  EXPECT_EQ(gguf_name(llama, "model.layers.0.self_attn.rotary_emb.inv_freq"), std::nullopt);
  EXPECT_EQ(gguf_name(llama, "model.layers.x.mlp.up_proj.weight"), std::nullopt);
  EXPECT_EQ(gguf_name(llama, "lm_head.weight"), "output.weight");
  const Family& gemma = *family_of_class("Gemma2ForCausalLM");
  EXPECT_EQ(gguf_name(gemma, "model.layers.1.post_attention_layernorm.weight"),
            "blk.1.post_attention_norm.weight");
  EXPECT_EQ(gguf_name(gemma, "model.layers.1.pre_feedforward_layernorm.weight"), "blk.1.ffn_norm.weight");
  EXPECT_EQ(hf_name(gemma, "blk.1.post_ffw_norm.weight"), "model.layers.1.post_feedforward_layernorm.weight");
  EXPECT_EQ(hf_name(gemma, "blk.1"), std::nullopt);
}

TEST(GgufPreTokenizer, NamesComeBack) {
  for (const char* name : {"gpt-2", "smollm", "llama-bpe", "qwen2", "tekken"})
    EXPECT_EQ(pre_name(pre_tokenizer_of(name)), name);
  EXPECT_EQ(pre_name(pre_tokenizer_of("starcoder")), "smollm");
  EXPECT_TRUE(pre_tokenizer_of("bloom").is_null());
  EXPECT_EQ(pre_name(nullptr), std::nullopt);
}

}  // namespace
}  // namespace tsugi::merge::gguf
