// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which files of a model folder hold its weights: an index with shards, or one file; safetensors, else
// PyTorch's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

struct WeightFiles {
  std::vector<std::string> names;                 ///< in the folder, sorted
  std::string index;                              ///< path of the index; "" for a single file
  std::map<std::string, std::string> weight_map;  ///< tensor -> file name; empty without index
  std::optional<std::uint64_t> total_size;        ///< what the index claims
};

/// Finds the files and checks that all are there (specification, section 2). What is odd but usable goes to
/// `notes`. Throws InputError: nothing readable (saying what is there instead), bad index, missing shards
/// (all of them).
WeightFiles find_weight_files(const std::filesystem::path& folder, std::vector<std::string>& notes);

/// The tensors of one of them, by its extension: safetensors, all others PyTorch's. They view the file.
std::vector<TensorView> read_weight_file(const MappedFile& file, std::vector<std::string>* notes);

}  // namespace tsugi::merge
