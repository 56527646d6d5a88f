// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A GGUF file as a checkpoint: tensors under transformers' names and in its order of rows, dequantised while
// they are read; config.json and tokenizer made from the metadata.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "merge/checkpoint/companions.h"
#include "merge/checkpoint/config.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::merge::gguf {

/// Whether a model's place is a GGUF file: a path that ends in .gguf and is no folder.
bool is_file(const std::filesystem::path& path);

/// What a checkpoint is made of.
struct Contents {
  MappedFile file;  ///< which the tensors view
  ModelConfig config;
  std::vector<TensorView> tensors;  ///< sorted by name
  std::vector<std::string> notes;
};

/// Values count as F32, BF16 or F16, whichever most of the file is; those of quantised tensors as F16. Throws
/// InputError.
Contents open(const std::filesystem::path& file);

/// tokenizer.json and tokenizer_config.json as made texts; none where open() has noted why.
std::vector<Companion> companions(const std::filesystem::path& file);

}  // namespace tsugi::merge::gguf
