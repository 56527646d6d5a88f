// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The rows of a tensor whose elements do not lie one after another.
#pragma once

#include <cstddef>
#include <span>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

class StridedRows : public RowReader {
 public:
  /// Element (i, j, …) is number i * strides[0] + j * strides[1] + … of `storage`, of floating type `dtype`;
  /// every one lies inside.
  StridedRows(std::span<const std::byte> storage, DType dtype, Shape shape, Shape strides);

  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override;
  std::uint64_t stored_bytes() const override { return elements(shape_) * bytes(dtype_); }

 private:
  std::span<const std::byte> storage_;
  DType dtype_;
  Shape shape_;
  Shape strides_;
};

}  // namespace tsugi::merge
