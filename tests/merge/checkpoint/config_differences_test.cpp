// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merge/checkpoint/config.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> differences(const std::string& a, const std::string& b) {
  const auto config = [](const std::string& fields, const char* file) {
    return ModelConfig(nlohmann::ordered_json::parse(R"({"architectures":["A"],)" + fields + "}"), file);
  };
  return semantic_differences(config(a, "models/a/config.json"), config(b, "models/b/config.json"));
}

// Both spellings of one model, as transformers 4 and 5 write them.
TEST(SemanticDifferences, NoneBetweenTheSpellingsOfOneModel) {
  EXPECT_THAT(
      differences(
          R"("rope_theta":500000.0,"hidden_size":128,"num_attention_heads":4,"rms_norm_eps":1e-5,
                             "rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,
                             "original_max_position_embeddings":8192})",
          R"("rope_parameters":{"rope_theta":500000,"rope_type":"llama3","factor":8,"low_freq_factor":1,
                             "high_freq_factor":4,"original_max_position_embeddings":8192},"head_dim":32,"rms_norm_eps":1e-05,
                             "attention_bias":false,"mlp_bias":false,"sliding_window":null)"),
      IsEmpty());
  // Phi-3: su is longrope, and the original length moved inside.
  EXPECT_THAT(
      differences(
          R"("rope_scaling":{"type":"su","short_factor":[1],"long_factor":[2]},"original_max_position_embeddings":4096)",
          R"("rope_parameters":{"rope_type":"longrope","rope_theta":10000.0,"short_factor":[1],"long_factor":[2],
                             "original_max_position_embeddings":4096})"),
      IsEmpty());
  // Gemma 3: two bases.
  EXPECT_THAT(
      differences(
          R"("rope_theta":1e6,"rope_local_base_freq":1e4,"rope_scaling":{"rope_type":"linear","factor":8},
                             "hidden_activation":"gelu_pytorch_tanh")",
          R"("rope_parameters":{"full_attention":{"rope_type":"linear","factor":8.0,"rope_theta":1000000.0},
                             "sliding_attention":{"rope_type":"default","rope_theta":10000.0}},"hidden_act":"gelu_pytorch_tanh")"),
      IsEmpty());
  // GPT-NeoX: share and base under their old names.
  EXPECT_THAT(
      differences(
          R"("rotary_pct":0.25,"rotary_emb_base":10000)",
          R"("rope_parameters":{"rope_theta":10000,"rope_type":"default","partial_rotary_factor":0.25})"),
      IsEmpty());
}

TEST(SemanticDifferences, NamesKeyValuesAndModels) {
  EXPECT_THAT(differences(R"("rope_theta":10000.0)", R"("rope_theta":1000000.0)"),
              ElementsAre("rope.rope_theta: 10000.0 (models/a) and 1000000.0 (models/b)"));
  EXPECT_THAT(
      differences(R"("rms_norm_eps":1e-5,"hidden_act":"silu")", R"("rms_norm_eps":1e-6,"hidden_act":"gelu")"),
      ElementsAre("activation: silu (models/a) and gelu (models/b)",
                  "norm_eps: 1e-05 (models/a) and 1e-06 (models/b)"));
  EXPECT_THAT(differences(R"("attention_bias":true)", R"("x":0)"),
              ElementsAre("attention_bias: true (models/a) and false (models/b)"));
  EXPECT_THAT(differences(R"("rope_scaling":{"type":"yarn","factor":4.0})", R"("rope_scaling":null)"),
              ElementsAre("rope.factor: 4.0 (models/a) and absent (models/b)",
                          "rope.rope_type: yarn (models/a) and default (models/b)"));
}

TEST(SemanticDifferences, AWindowCountsOnlyWhereItIsUsed) {
  EXPECT_THAT(differences(R"("use_sliding_window":false,"sliding_window":131072)",
                          R"("use_sliding_window":false,"sliding_window":32768)"),
              IsEmpty());
  EXPECT_THAT(differences(R"("sliding_window":4096,"layer_types":["full_attention","full_attention"])",
                          R"("sliding_window":null)"),
              IsEmpty());
  EXPECT_THAT(differences(R"("sliding_window":4096)", R"("sliding_window":null)"),
              ElementsAre("sliding_window: 4096 (models/a) and none (models/b)"));
}

// Length of context and labels are no matter of what a layer computes.
TEST(SemanticDifferences, IgnoresTheRest) {
  EXPECT_THAT(differences(R"("max_position_embeddings":2048,"model_type":"llama","vocab_size":3)",
                          R"("max_position_embeddings":4096,"model_type":"mistral","vocab_size":4)"),
              IsEmpty());
}

}  // namespace
}  // namespace tsugi::merge
