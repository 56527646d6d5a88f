// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tsugi::merge {
namespace {

std::vector<TensorView> named(const std::vector<std::string>& names) {
  std::vector<TensorView> tensors(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) tensors[i].name = names[i];
  return tensors;
}

std::vector<std::string> names(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string> all;
  for (const NamedTensor& tensor : tensors) all.push_back(tensor.view->name);
  return all;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NameTable, TellsPlacesByName) {
  const auto tensors =
      named({"lm_head.weight", "model.embed_tokens.weight", "model.layers.0.mlp.experts.3.w",
             "model.layers.1.mlp.experts.3.w", "model.norm.weight", "transformer.wpe.weight"});
  const NameTable table(tensors, 2);
  EXPECT_THAT(names(table.before), ElementsAre("model.embed_tokens.weight", "transformer.wpe.weight"));
  EXPECT_THAT(names(table.layers[1]), ElementsAre("model.layers.1.mlp.experts.3.w"));
  EXPECT_THAT(names(table.after), ElementsAre("lm_head.weight", "model.norm.weight"));
  EXPECT_EQ(full_name(table.layers[1][0].key, 12), "model.layers.12.mlp.experts.3.w");
  EXPECT_EQ(full_name(table.after[0].key, 12), "lm_head.weight");
}

TEST(NameTable, OnlyStacksOfTheRightDepthAreLayers) {
  const auto tensors =
      named({"h.0.a", "h.1.a", "v.0.a", "v.1.a", "v.2.a", "x.01.a", "x.1.", "y.9999999999999999999999.a"});
  const NameTable table(tensors, 2);
  EXPECT_THAT(names(table.layers[0]), ElementsAre("h.0.a"));
  EXPECT_THAT(names(table.after),
              ElementsAre("v.0.a", "v.1.a", "v.2.a", "x.01.a", "x.1.", "y.9999999999999999999999.a"));
}

TEST(NameTable, LayersForMultiTokenPredictionComeAfter) {
  const auto tensors = named({"model.layers.0.a", "model.layers.1.a", "model.layers.2.a"});
  const NameTable table(tensors, 2, 1);
  EXPECT_THAT(names(table.layers[1]), ElementsAre("model.layers.1.a"));
  EXPECT_THAT(names(table.after), ElementsAre("model.layers.2.a"));
  EXPECT_THAT(table.before, IsEmpty());
}

TEST(NameTable, FindsByKey) {
  const auto tensors = named({"h.0.a", "h.0.b", "h.1.a"});
  const NameTable table(tensors, 2);
  EXPECT_EQ(find(table.layers[0], {"h", "b"}), &tensors[1]);
  EXPECT_EQ(find(table.layers[1], {"h", "b"}), nullptr);
}

}  // namespace
}  // namespace tsugi::merge
