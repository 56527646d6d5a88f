// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The JSON header of a safetensors file, read entry by entry without building a document: a broken header of
// 100 MB costs no more memory than its valid entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// One entry as the header states it: its fields are there and of the right kind, no more is checked.
struct HeaderEntry {
  std::string name;
  std::size_t place = 0;  ///< byte of the file where its name stands
  DType dtype = DType::F32;
  Shape shape;
  std::uint64_t begin = 0;  ///< of the data
  std::uint64_t end = 0;
};

/// Reads the header `text`, which begins at byte `start` of `file`. Checks JSON, kinds of fields, names
/// (1..1024 bytes, no control characters, none twice), ranks and counts; throws InputError. Entries in the
/// order of the text.
std::vector<HeaderEntry> read_safetensors_header(std::string_view text, const std::string& file,
                                                 std::size_t start, std::vector<std::string>* notes);

}  // namespace tsugi::merge
