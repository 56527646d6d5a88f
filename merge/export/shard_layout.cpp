// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/shard_layout.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tsugi::merge {
namespace {

std::uint64_t stored_bytes(const TensorLayout& tensor) {
  return elements(tensor.shape) * bits(tensor.dtype) / 8;
}

}  // namespace

ShardLayout lay_out_shards(const std::vector<TensorLayout>& tensors, std::uint64_t shard_size) {
  ShardLayout layout;
  layout.files.emplace_back();
  std::uint64_t filled = 0;
  for (const TensorLayout& tensor : tensors) {
    const std::uint64_t size = stored_bytes(tensor);
    const bool full = filled > shard_size || size > shard_size - filled;
    if (full && !layout.files.back().tensors.empty()) {
      layout.files.emplace_back();
      filled = 0;
    }
    layout.files.back().tensors.push_back(tensor);
    filled += size;
    layout.tensor_bytes += size;
  }
  const std::size_t count = layout.files.size();
  for (std::size_t i = 0; i < count; ++i) {
    ShardFile& file = layout.files[i];
    file.name =
        count == 1 ? "model.safetensors" : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, count);
    file.header = lay_out_safetensors(file.tensors);
    file.size = file.header.size();
    for (const TensorLayout& tensor : file.tensors) file.size += stored_bytes(tensor);
  }
  return layout;
}

std::string index_text(const ShardLayout& layout) {
  if (layout.files.size() == 1) return "";
  nlohmann::json map = nlohmann::json::object();  // keeps its keys sorted
  for (const ShardFile& file : layout.files) {
    for (const TensorLayout& tensor : file.tensors) map[tensor.name] = file.name;
  }
  const nlohmann::json index{{"metadata", {{"total_size", layout.tensor_bytes}}},
                             {"weight_map", std::move(map)}};
  return index.dump(2) + "\n";
}

}  // namespace tsugi::merge
