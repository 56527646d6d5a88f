// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/roles.h"

#include <gtest/gtest.h>

namespace tsugi::merge {
namespace {

TEST(PlaceOf, KnownFamiliesHaveRoles) {
  const recipes::Architecture* llama = recipes::find_architecture("LlamaForCausalLM");
  ASSERT_NE(llama, nullptr);
  const TensorPlace q = place_of("model.layers.12.self_attn.q_proj.weight", llama);
  EXPECT_EQ(q.role, "attn.q");
  EXPECT_EQ(q.stack, "model.layers");
  EXPECT_EQ(q.layer, 12u);
  const TensorPlace embed = place_of("model.embed_tokens.weight", llama);
  EXPECT_EQ(embed.role, "embed");
  EXPECT_FALSE(embed.layer.has_value());
  EXPECT_EQ(place_of("model.layers.0.extra.weight", llama).role, "extra");
}

TEST(PlaceOf, OtherNamesSayTheirOwnRole) {
  EXPECT_EQ(place_of("transformer.h.3.attn.c_attn.weight", nullptr).role, "attn.c_attn");
  EXPECT_EQ(place_of("transformer.h.3.attn.c_attn.bias", nullptr).role, "attn.c_attn.bias");
  const TensorPlace expert = place_of("model.layers.1.block_sparse_moe.experts.17.w1.weight", nullptr);
  EXPECT_EQ(expert.role, "block_sparse_moe.experts.*.w1");
  EXPECT_EQ(expert.layer, 1u);
  EXPECT_EQ(place_of("model.norm.weight", nullptr).role, "model.norm");
  EXPECT_EQ(place_of("weight", nullptr).role, "weight");
  EXPECT_FALSE(place_of("head.4", nullptr).layer.has_value());  // a number at the end numbers no layer
  EXPECT_EQ(place_of("head.4", nullptr).role, "head.*");
  EXPECT_EQ(place_of("a.99999999999999999999999.b", nullptr).role, "a.*.b");
}

}  // namespace
}  // namespace tsugi::merge
