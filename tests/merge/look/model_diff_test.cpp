// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/model_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using tests::TemporaryFolder;
using tests::TinyModel;

class ModelDiffTest : public testing::Test {
 protected:
  std::shared_ptr<const Checkpoint> open(const std::string& name, const TinyModel& model) {
    model.write(folder_ / name);
    return Checkpoint::open(folder_ / name);
  }
  TemporaryFolder folder_;
};

TEST_F(ModelDiffTest, ComparesTensorByTensor) {
  TinyModel other = TinyModel::llama(2, 3, DType::BF16);
  other.fill("model.norm.weight", {2}, 2);
  const auto a = open("a", TinyModel::llama(2, 2));
  const auto b = open("b", other);
  const ModelDiff diff = diff_models(*a, *b, nullptr);
  ASSERT_EQ(diff.tensors.size(), 6u);
  const TensorDiff& up = diff.tensors[1];
  EXPECT_EQ(up.name, "model.layers.0.mlp.up_proj.weight");
  EXPECT_EQ(up.place.role, "mlp.up");
  EXPECT_EQ(up.type_a, DType::F32);
  EXPECT_EQ(up.type_b, DType::BF16);
  EXPECT_DOUBLE_EQ(*up.sums.pair.relative_l2(), .5);
  EXPECT_DOUBLE_EQ(*up.sums.pair.cosine(), 1);
  EXPECT_EQ(up.sums.pair.changed, 6u);
  EXPECT_EQ(up.sums.pair.largest, 1);
  EXPECT_FALSE(up.sums.task.has_value());
  const DiffGroup all = diff.total();
  EXPECT_EQ(all.tensors, 6u);
  EXPECT_EQ(all.sums.pair.elements, 8u + 2 * (6 + 4) + 2);
  EXPECT_EQ(all.sums.pair.changed, all.sums.pair.elements - 2);  // the norm is equal
}

TEST_F(ModelDiffTest, GroupsByRoleAndByLayer) {
  TinyModel changed = TinyModel::llama(3, 1);
  changed.fill("model.layers.2.self_attn.q_proj.weight", {2, 2}, 5);
  const ModelDiff diff = diff_models(*open("a", TinyModel::llama(3, 1)), *open("b", changed), nullptr);
  for (const DiffGroup& group : diff.by_role()) {
    EXPECT_EQ(group.sums.pair.changed, group.name == "attn.q" ? 4u : 0u) << group.name;
    if (group.name == "attn.q") {
      EXPECT_EQ(group.tensors, 3u);
      EXPECT_DOUBLE_EQ(*group.sums.pair.relative_l2(), std::sqrt(4 * 16.0 / 12));
    }
  }
  std::vector<std::string> names;
  for (const DiffGroup& group : diff.by_layer()) {
    names.push_back(group.name);
    EXPECT_EQ(group.sums.pair.changed, group.name == "layer 2" ? 4u : 0u) << group.name;
  }
  EXPECT_THAT(names, ElementsAre("layer 0", "layer 1", "layer 2", "outside"));
}

TEST_F(ModelDiffTest, TaskVectorsNeedTheTensorInTheBase) {
  TinyModel base = TinyModel::llama(2, 1);
  base.tensors.erase("model.norm.weight");
  const auto a = open("a", TinyModel::llama(2, 2));
  const auto b = open("b", TinyModel::llama(2, -1));
  const ModelDiff diff = diff_models(*a, *b, open("base", base).get(), {.overlap = true});
  EXPECT_THAT(diff.not_in_base, ElementsAre("model.norm.weight"));
  EXPECT_FALSE(diff.tensors.back().sums.task.has_value());
  const TaskSums all = *diff.total().sums.task;
  EXPECT_DOUBLE_EQ(*all.relative_a(), 1);
  EXPECT_DOUBLE_EQ(*all.relative_b(), 2);
  EXPECT_DOUBLE_EQ(*all.cosine(), -1);
  EXPECT_DOUBLE_EQ(*all.conflict_share(), 1);
  EXPECT_DOUBLE_EQ(*diff.total().sums.overlap(), 1);  // all tie: the first of each are the same
}

TEST_F(ModelDiffTest, ListsWhatCannotBeCompared) {
  TinyModel a = TinyModel::llama(1, 1);
  TinyModel b = TinyModel::llama(1, 1);
  a.fill("only.a", {2}, 1);
  b.fill("only.b", {2}, 1);
  a.fill("ids", {2}, 1, DType::I32);
  b.fill("ids", {2}, 2, DType::I32);
  a.fill("same_ids", {2}, 1, DType::I32);
  b.fill("same_ids", {2}, 1, DType::I32);
  b.fill("model.layers.0.mlp.up_proj.weight", {4, 2}, 1);
  const ModelDiff diff = diff_models(*open("a", a), *open("b", b), nullptr);
  EXPECT_THAT(diff.only_a, ElementsAre("only.a"));
  EXPECT_THAT(diff.only_b, ElementsAre("only.b"));
  EXPECT_THAT(diff.whole_numbers, ElementsAre("ids"));
  EXPECT_THAT(diff.other_shape, ElementsAre("model.layers.0.mlp.up_proj.weight: [3, 2] and [4, 2]"));
  EXPECT_EQ(diff.tensors.size(), 3u);
}

}  // namespace
}  // namespace tsugi::merge
