// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The parts of a GGUF file, version 3: "GGUF" | u32 version | u64 tensors | u64 keys | keys with values |
// tensor infos | padding | data. All little-endian; a string is a u64 length and that many bytes. Source:
// ggml's docs/gguf.md and gguf.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge::gguf {

/// How the values of a tensor are stored; the numbers are ggml's.
enum class Storage : std::uint32_t {
  F32 = 0,
  F16 = 1,
  Q4_0 = 2,
  Q4_1 = 3,
  Q5_0 = 6,
  Q5_1 = 7,
  Q8_0 = 8,
  Q4_K = 12,
  Q5_K = 13,
  Q6_K = 14,
  BF16 = 30
};

/// A row is a whole number of blocks; a block holds `elements` values in `bytes` bytes.
struct Block {
  std::string_view name;  ///< "Q8_0"
  std::size_t elements = 1;
  std::size_t bytes = 0;
};
Block block_of(Storage type);
/// The type of ggml's number; nothing for one that this program does not know.
std::optional<Storage> storage_of(std::uint32_t number);
/// ggml's name of a number that storage_of() does not know, as far as there is one: "IQ4_XS"; else the
/// number.
std::string foreign_storage_name(std::uint32_t number);
/// Bytes of a tensor whose rows are whole blocks.
std::uint64_t stored_size(Storage type, const Shape& shape);

/// A value of the metadata. Integers below 32 bits are widened on reading.
using Value =
    std::variant<bool, std::uint32_t, std::int32_t, float, std::uint64_t, std::int64_t, double, std::string,
                 std::vector<std::int32_t>, std::vector<float>, std::vector<std::string>>;
/// In the order of the file.
using Metadata = std::vector<std::pair<std::string, Value>>;

/// A tensor in the file. `shape` is row-major as everywhere else here; the file lists it fastest first.
struct TensorInfo {
  std::string name;
  Storage type = Storage::F32;
  Shape shape;
  std::uint64_t offset = 0;  ///< of its data, from the start of the file
};

/// Tensors start at multiples of this, unless the file's general.alignment says otherwise.
inline constexpr std::uint64_t kAlignment = 32;
inline std::uint64_t aligned(std::uint64_t offset, std::uint64_t alignment = kAlignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

/// The bytes of a file before its data, padding included; sets the tensors' offsets, in order and without
/// gaps. `size` becomes that of the whole file.
std::string lay_out(const Metadata& metadata, std::vector<TensorInfo>& tensors, std::uint64_t& size);

}  // namespace tsugi::merge::gguf
