// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/pickle/strided_rows.h"

#include <cstring>
#include <utility>
#include <vector>

namespace tsugi::merge {

StridedRows::StridedRows(std::span<const std::byte> storage, DType dtype, Shape shape, Shape strides)
    : storage_(storage), dtype_(dtype), shape_(std::move(shape)), strides_(std::move(strides)) {}

void StridedRows::read(std::size_t row_begin, std::size_t rows, std::span<float> out) const {
  const std::size_t width = bytes(dtype_);
  const std::size_t length = row_length(shape_);
  const std::size_t step = shape_.empty() ? 0 : strides_.back() * width;
  std::vector<std::byte> row(length * width);
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t rest = row_begin + i;
    std::size_t place = 0;
    for (std::size_t axis = shape_.size(); axis-- > 0;) {
      if (axis + 1 == shape_.size()) continue;  // along the row
      place += rest % shape_[axis] * strides_[axis];
      rest /= shape_[axis];
    }
    const std::byte* from = storage_.data() + place * width;
    for (std::size_t j = 0; j < length; ++j, from += step) std::memcpy(row.data() + j * width, from, width);
    to_f32(dtype_, row, out.subspan(i * length, length));
  }
}

}  // namespace tsugi::merge
