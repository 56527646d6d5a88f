// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/shard_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tsugi::merge {
namespace {

using testing::ElementsAre;

// Tensors of so many bytes, named a, b, c, …
std::vector<TensorLayout> sized(std::initializer_list<std::size_t> bytes) {
  std::vector<TensorLayout> tensors;
  for (const std::size_t size : bytes) {
    tensors.push_back({std::string(1, static_cast<char>('a' + tensors.size())), DType::U8, {size}, 0});
  }
  return tensors;
}

std::vector<std::string> contents(const ShardLayout& layout) {
  std::vector<std::string> out;
  for (const ShardFile& file : layout.files) {
    out.emplace_back();
    for (const TensorLayout& tensor : file.tensors) out.back() += tensor.name;
  }
  return out;
}

TEST(LayOutShards, FillsInOrderUpToTheLimit) {
  EXPECT_THAT(contents(lay_out_shards(sized({4, 6, 1, 9, 2}), 10)), ElementsAre("ab", "cd", "e"));
  EXPECT_THAT(contents(lay_out_shards(sized({4, 6, 1}), 11)), ElementsAre("abc"));
  EXPECT_THAT(contents(lay_out_shards(sized({1, 50, 1, 1}), 10)), ElementsAre("a", "b", "cd"));
  EXPECT_THAT(contents(lay_out_shards(sized({50, 1}), 10)), ElementsAre("a", "b"));
  EXPECT_THAT(contents(lay_out_shards(sized({3, 3}), 0)), ElementsAre("a", "b"));
  EXPECT_THAT(contents(lay_out_shards({}, 10)), ElementsAre(""));
}

TEST(LayOutShards, NamesSizesAndIndex) {
  const ShardLayout layout = lay_out_shards(sized({4, 6, 1}), 10);
  ASSERT_EQ(layout.files.size(), 2U);
  EXPECT_EQ(layout.files[0].name, "model-00001-of-00002.safetensors");
  EXPECT_EQ(layout.files[1].name, "model-00002-of-00002.safetensors");
  EXPECT_EQ(layout.files[0].size, layout.files[0].header.size() + 10);
  EXPECT_EQ(layout.tensor_bytes, 11U);
  EXPECT_EQ(index_text(layout), R"({
  "metadata": {
    "total_size": 11
  },
  "weight_map": {
    "a": "model-00001-of-00002.safetensors",
    "b": "model-00001-of-00002.safetensors",
    "c": "model-00002-of-00002.safetensors"
  }
}
)");
  const ShardLayout single = lay_out_shards(sized({4}), 10);
  EXPECT_EQ(single.files[0].name, "model.safetensors");
  EXPECT_EQ(index_text(single), "");
}

}  // namespace
}  // namespace tsugi::merge
