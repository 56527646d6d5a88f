// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A tensor of a checkpoint, how its rows are read, and conversion between storage types and f32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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

/// Elements of one row, the last axis; a vector or a scalar is one row. 0 for an empty last axis.
std::size_t row_length(const Shape& shape);

/// Rows of a tensor that no plain bytes hold: dequantised, adapted, aligned to another vocabulary, scattered
/// over a file. Immutable; any thread may read.
class RowReader {
 public:
  virtual ~RowReader() = default;
  /// Rows [row_begin, row_begin + rows) into out[rows * row_length]. Throws InputError.
  virtual void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const = 0;
  /// Bytes of mapped files behind all rows: what progress and plans count.
  virtual std::uint64_t stored_bytes() const = 0;
};

/// A tensor of a checkpoint. Without `rows` it lies inside a mapped file: row-major, contiguous,
/// little-endian, not necessarily aligned. All of it is valid as long as the checkpoint lives.
struct TensorView {
  std::string name;
  DType dtype = DType::F32;  ///< with `rows`: the floating type that its values count as
  Shape shape;
  std::span<const std::byte> bytes = {};       ///< empty with `rows`
  std::shared_ptr<const RowReader> rows = {};  ///< how to read it where bytes alone do not tell
  /// Tells apart what one name of one checkpoint may stand for (with another adapter, another vocabulary);
  /// part of every fingerprint.
  std::uint64_t variant = 0;

  std::uint64_t stored_bytes() const { return rows != nullptr ? rows->stored_bytes() : bytes.size(); }
};

/// Rows [row_begin, row_begin + rows) of a floating tensor in f32, whichever way they are stored.
void read_rows(const TensorView& tensor, std::size_t row_begin, std::size_t rows, std::span<float> out);

/// Whether two tensors have one shape and type and the same stored values, bit for bit.
bool same_values(const TensorView& a, const TensorView& b);

/// Converts out.size() elements of type F32, F16, BF16 or F64 (rounded to nearest even) to f32. `in` may be
/// unaligned.
void to_f32(DType type, std::span<const std::byte> in, std::span<float> out);

/// The same; false if any of the values is infinite or NaN, or too large for f32.
bool to_finite_f32(DType type, std::span<const std::byte> in, std::span<float> out);

/// Whether no value is infinite or NaN.
bool all_finite(std::span<const float> values);

/// Rounds to nearest even into F32, F16, BF16 or F64; NaN keeps its sign and becomes quiet. Returns how many
/// stored values are infinite or NaN, so that an overflow never passes unnoticed.
std::size_t from_f32(DType type, std::span<const float> in, std::span<std::byte> out);

/// Rounds values in place to what `type` can hold. Returns how many became or were infinite or NaN.
std::size_t round_to(DType type, std::span<float> values);

}  // namespace tsugi::merge
