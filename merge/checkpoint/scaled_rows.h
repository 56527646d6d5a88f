// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The rows of a tensor of 8-bit floats with scales.
#pragma once

#include <cstddef>
#include <span>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// Element i is the stored one times the scale of its block, in f32.
class ScaledRows : public RowReader {
 public:
  /// `values`: F8_E4M3 or F8_E5M2. `scales`: F32, F16, BF16, F64 or F8_E8M0, of the same rank; along axis k,
  /// `blocks[k]` elements share one, and there are enough of them.
  ScaledRows(TensorView values, TensorView scales, Shape blocks);

  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override;
  std::uint64_t stored_bytes() const override { return values_.bytes.size() + scales_.bytes.size(); }

 private:
  std::size_t scale_row(std::size_t row) const;

  TensorView values_;
  TensorView scales_;
  Shape blocks_;
};

}  // namespace tsugi::merge
