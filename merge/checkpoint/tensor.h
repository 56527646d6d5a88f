// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A tensor of a checkpoint, and conversion between storage types and f32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recipes/dtype.h"

namespace tsugi::merge {

using Shape = std::vector<std::size_t>;

/// Product of the dimensions; 1 for a scalar.
std::size_t elements(const Shape& shape);
/// "[768, 128]"
std::string text(const Shape& shape);

/// A tensor inside a mapped file: row-major, contiguous, little-endian, not necessarily aligned.
struct TensorView {
  std::string name;
  DType dtype = DType::F32;
  Shape shape;
  std::span<const std::byte> bytes;  ///< valid as long as the checkpoint lives
};

/// Converts out.size() elements of type F32, F16, BF16 or F64 (rounded to nearest even) to f32. `in` may be
/// unaligned.
void to_f32(DType type, std::span<const std::byte> in, std::span<float> out);

/// Rounds to nearest even into F32, F16, BF16 or F64; NaN keeps its sign and becomes quiet. Returns how many
/// stored values are infinite or NaN, so that an overflow never passes unnoticed.
std::size_t from_f32(DType type, std::span<const float> in, std::span<std::byte> out);

/// Rounds values in place to what `type` can hold. Returns how many became or were infinite or NaN.
std::size_t round_to(DType type, std::span<float> values);

}  // namespace tsugi::merge
