// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The safetensors format. u64 little-endian N | N bytes of JSON | data. The header maps a tensor's name to
// dtype, shape and [begin, end) relative to the data; entries cover the data without holes or overlaps.
//
// Goals: every rule of the format is checked on reading, each with its own message; writing reproduces the
// reference library's bytes. Non-goals: repairing broken files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// Checks every rule and returns the tensors in file order, viewing `file`. Throws InputError naming file,
/// tensor, rule. What is odd but legal (unknown keys of an entry) is appended to `notes`.
std::vector<TensorView> parse_safetensors(std::span<const std::byte> file, const std::string& path,
                                          std::vector<std::string>* notes = nullptr);

/// What will be written of one tensor.
struct TensorLayout {
  std::string name;
  DType dtype = DType::F32;
  Shape shape;
  std::size_t offset = 0;  ///< from the start of the file; set by lay_out_safetensors
};

/// Header bytes (length field included) of a file with these tensors, and their offsets. The reference order:
/// dtype descending, then name; `tensors` is sorted so. __metadata__ is {"format":"pt"}.
std::string lay_out_safetensors(std::vector<TensorLayout>& tensors);

}  // namespace tsugi::merge
