// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Storage types of tensors, by safetensors' names and by the names recipes use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tsugi {

/// In safetensors' order of alignment, lowest first: a writer lays tensors out in descending order.
enum class DType : std::uint8_t {
  Bool,
  F4,
  F6_E2M3,
  F6_E3M2,
  U8,
  I8,
  F8_E5M2,
  F8_E4M3,
  F8_E8M0,
  F8_E4M3FNUZ,
  F8_E5M2FNUZ,
  I16,
  U16,
  F16,
  BF16,
  I32,
  U32,
  F32,
  C64,
  F64,
  I64,
  U64
};

/// Bits of one element.
std::size_t bits(DType type);
/// Bytes of one element; only for types of whole bytes.
inline std::size_t bytes(DType type) {
  return bits(type) / 8;
}

/// "BF16": the name in a safetensors header.
std::string_view name(DType type);
std::optional<DType> dtype_from_safetensors(std::string_view name);

/// "bfloat16": the name in recipes and config.json, also with the prefix "torch."; only F16, BF16, F32 and
/// F64 have one.
std::optional<DType> dtype_from_recipe(std::string_view name);
/// The inverse; "" for types that recipes cannot name.
std::string_view recipe_name(DType type);

/// F16, BF16, F32, F64: types that merging may compute with.
bool is_float(DType type);

}  // namespace tsugi
