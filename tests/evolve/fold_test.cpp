// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A path with factors against the plain checkpoint that it folds into, in f32, on a model of every family:
// the decoder's own hops are the reference, of which decoder_test.cpp shows that they do what the definition
// says.
#include "evolve/genomes/fold_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "eval/model/load.h"
#include "evolve/genomes/layer_path.h"
#include "merge/parallel.h"
#include "recipes/architecture.h"
#include "tests/support/recorded_family.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Folding : public testing::TestWithParam<std::string> {
 protected:
  // Two models of one shape. The epsilon of norms is all that folding changes: here it is nothing beside the
  // mean squares of about one.
  Folding() {
    const nlohmann::json recorded = tests::recorded_family(GetParam());
    architecture_ =
        recipes::find_architecture(recorded.at("config").at("architectures").at(0).get<std::string>());
    for (const char* name : {"a", "b"}) {
      tests::TinyModel model = tests::family_model(recorded, name);
      model.config[architecture_->decoder.norm_eps] = 1e-12;
      model.config["use_sliding_window"] = false;  // Qwen 2's windows go by a layer's place in the stack
      if (GetParam() == "qwen2") model.config["layer_types"] = std::vector<std::string>(4, "full_attention");
      model.write(folder_ / name);
      pool_.models.push_back({.text = (folder_ / name).string(), .mark = {}});
      pool_.layers.push_back(4);
    }
    pool_.fold = fold_rule(*architecture_);
  }

  std::vector<float> along_the_path(std::span<const PathHop> hops) {
    std::vector<std::unique_ptr<eval::ResidentWeights>> held;
    std::vector<const eval::ResidentWeights*> models;
    for (const recipes::ModelReference& model : pool_.models) {
      const merge::MergePlan plan = merge::plan_copy(merge::Checkpoint::open(model.text));
      held.push_back(eval::load_weights(plan, eval::choose_residence(plan, DType::F32)));
      models.push_back(held.back().get());
    }
    eval::Path path;
    for (const PathHop& hop : hops)
      path.push_back({hop.model, hop.layer, hop.layer, static_cast<float>(hop.scale)});
    return eval::Decoder(models, path).logits(kTokens);
  }

  std::vector<float> folded(std::span<const PathHop> hops) {
    constexpr double kFar = 1e6;  // no product is cut
    merge::CheckpointStore store;
    const merge::MergePlan plan =
        merge::plan_merge(path_recipe(pool_, hops, scale_products(hops, kFar)), store);
    const auto weights = eval::load_weights(plan, eval::choose_residence(plan, DType::F32));
    EXPECT_EQ(weights->shape().layers, hops.size());
    return eval::Decoder({weights.get()}, eval::plain_path(hops.size())).logits(kTokens);
  }

  void expect_equal(std::span<const PathHop> hops) {
    const std::vector<float> path = along_the_path(hops);
    const std::vector<float> plain = folded(hops);
    ASSERT_EQ(path.size(), plain.size());
    double largest = 0;
    for (const float x : path) largest = std::max(largest, std::abs(double{x}));
    // Two ways to the same sums, each as far from it as the families' own test allows (2e-5 of the largest
    // logit for four layers).
    const double most = 2 * 2e-5 * static_cast<double>(hops.size()) / 4 * largest;
    for (std::size_t i = 0; i < path.size(); ++i) ASSERT_NEAR(path[i], plain[i], most) << i;
  }

  static constexpr eval::TokenId kTokens[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};
  tests::TemporaryFolder folder_;
  const recipes::Architecture* architecture_ = nullptr;
  LayerPool pool_;
};

// Even and odd layers take turns, and the second is a model's second, which no other is: families with
// experts have layers without them by their places.
const std::vector<PathHop> kScaled = {{0, 0, 1.3}, {1, 1, 0.7}, {0, 0, 1.1},
                                      {0, 3, 0.6}, {1, 2, 1.9}, {0, 3, 0.8}};

std::vector<PathHop> unscaled(std::vector<PathHop> path) {
  for (PathHop& hop : path) hop.scale = 1;
  return path;
}

TEST_P(Folding, SkipsRepeatsAndMixesArePlainStacks) {
  expect_equal(unscaled(kScaled));
  expect_equal(unscaled({{1, 0, 1}, {1, 1, 1}}));
}

TEST_P(Folding, ScalesBecomeWeights) {
  if (!pool_.fold.impossible.empty()) GTEST_SKIP() << pool_.fold.impossible;
  expect_equal(kScaled);
  // The factors do something: without them the logits are others.
  const std::vector<float> scaled = folded(kScaled);
  const std::vector<float> plain = folded(unscaled(kScaled));
  EXPECT_NE(scaled, plain);
}

INSTANTIATE_TEST_SUITE_P(Recorded, Folding, testing::ValuesIn(tests::recorded_families()),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

FoldRule rule_of(std::string_view class_name) {
  return fold_rule(*recipes::find_architecture(class_name));
}

TEST(FoldRule, NamesWhatBranchesEndWith) {
  EXPECT_THAT(rule_of("LlamaForCausalLM").divided, ElementsAre("self_attn.o_proj", "mlp.down_proj"));
  EXPECT_THAT(rule_of("LlamaForCausalLM").multiplied, IsEmpty());
  EXPECT_THAT(rule_of("GPT2LMHeadModel").divided, ElementsAre("attn.c_proj", "mlp.c_proj"));
  EXPECT_THAT(rule_of("GPTNeoXForCausalLM").divided, ElementsAre("attention.dense", "mlp.dense_4h_to_h"));
  EXPECT_THAT(rule_of("MixtralForCausalLM").divided, ElementsAre("self_attn.o_proj", "w2"));
  EXPECT_THAT(rule_of("Qwen2MoeForCausalLM").divided, ElementsAre("self_attn.o_proj", "down_proj"));
  EXPECT_THAT(rule_of("Gemma2ForCausalLM").impossible, testing::HasSubstr("1 + w"));
  EXPECT_THAT(rule_of("GemmaForCausalLM").impossible, IsEmpty());
  const FoldRule olmo = rule_of("Olmo2ForCausalLM");  // norms behind branches, none in front
  EXPECT_THAT(olmo.divided, ElementsAre("post_attention_layernorm", "post_feedforward_layernorm"));
  EXPECT_THAT(olmo.multiplied,
              ElementsAre("self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight",
                          "mlp.gate_proj.weight", "mlp.up_proj.weight"));
}

// A filter is a part of a name: it must not be one of another tensor's.
TEST(FoldRule, FiltersMatchNothingElseInAnyFamily) {
  for (const recipes::Architecture& architecture : recipes::architectures()) {
    const FoldRule rule = fold_rule(architecture);
    if (!rule.impossible.empty()) continue;
    const auto matches = [&](const std::string& name, const std::vector<std::string>& filters) {
      return std::any_of(filters.begin(), filters.end(),
                         [&](const std::string& filter) { return name.find(filter) != std::string::npos; });
    };
    const auto within = [](const recipes::ArchitectureRow& row,
                           std::initializer_list<std::string_view> roles) {
      return std::find(roles.begin(), roles.end(), row.role) != roles.end();
    };
    for (const auto* rows : {&architecture.before, &architecture.each_layer, &architecture.after}) {
      for (const recipes::ArchitectureRow& row : *rows) {
        const bool closes = rule.multiplied.empty()
                                ? within(row, {"attn.o", "attn.o.bias", "mlp.down", "mlp.down.bias",
                                               "expert.down", "shared.down"})
                                : within(row, {"norm.attn.post", "norm.mlp.post"});
        EXPECT_EQ(matches(row.name, rule.divided), closes) << architecture.family << " " << row.name;
        const bool opens =
            !rule.multiplied.empty() && within(row, {"attn.q", "attn.k", "attn.v", "mlp.gate", "mlp.up"});
        EXPECT_EQ(matches(row.name, rule.multiplied), opens) << architecture.family << " " << row.name;
      }
    }
  }
}

}  // namespace
}  // namespace tsugi::evolve
