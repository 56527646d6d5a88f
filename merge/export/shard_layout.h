// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which output tensor goes into which file at which byte: fixed before anything is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "merge/checkpoint/safetensors.h"

namespace tsugi::merge {

struct ShardFile {
  std::string name;    ///< "model.safetensors" or "model-00001-of-0000K.safetensors"
  std::string header;  ///< written at the start of the file
  std::uint64_t size = 0;
  std::vector<TensorLayout> tensors;  ///< in file order, offsets set
};

struct ShardLayout {
  std::vector<ShardFile> files;
  std::uint64_t tensor_bytes = 0;  ///< the index's total_size
};

/// Fills files in the order of `tensors` with at most `shard_size` bytes of tensors each; a larger tensor has
/// a file of its own.
ShardLayout lay_out_shards(const std::vector<TensorLayout>& tensors, std::uint64_t shard_size);

/// model.safetensors.index.json: 2-space indent, weight_map sorted by name, a final newline. "" for a single
/// file.
std::string index_text(const ShardLayout& layout);

}  // namespace tsugi::merge
