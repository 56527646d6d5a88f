// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/scaled_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace tsugi::merge {
namespace {

using Table = std::array<float, 256>;

// E4M3 has one NaN of each sign in place of infinities; E5M2 is F16 without its low byte.
Table table_of(DType type) {
  const int mantissa = type == DType::F8_E4M3 ? 3 : 2;
  const int bias = type == DType::F8_E4M3 ? 7 : 15;
  const int most = (1 << (7 - mantissa)) - 1;  // the exponent field's
  Table table{};
  for (int code = 0; code < 128; ++code) {
    const int exponent = code >> mantissa;
    const int fraction = code & ((1 << mantissa) - 1);
    const int whole = exponent == 0 ? fraction : fraction + (1 << mantissa);
    float value = std::ldexp(static_cast<float>(whole), std::max(exponent, 1) - bias - mantissa);
    if (type == DType::F8_E4M3 && code == 0x7f) value = std::numeric_limits<float>::quiet_NaN();
    if (type == DType::F8_E5M2 && exponent == most) {
      value =
          fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
    }
    table[static_cast<std::size_t>(code)] = value;
    table[static_cast<std::size_t>(code) + 128] = -value;
  }
  return table;
}

const Table& values_of(DType type) {
  static const Table e4m3 = table_of(DType::F8_E4M3);
  static const Table e5m2 = table_of(DType::F8_E5M2);
  return type == DType::F8_E4M3 ? e4m3 : e5m2;
}

void read_scales(const TensorView& scales, std::size_t row, std::span<float> out) {
  const std::size_t length = out.size();
  if (scales.dtype != DType::F8_E8M0) return read_rows(scales, row, 1, out);
  const auto bytes = scales.bytes.subspan(row * length, length);
  for (std::size_t i = 0; i < length; ++i) {  // powers of two, and one NaN
    const int code = std::to_integer<int>(bytes[i]);
    out[i] = code == 0xff ? std::numeric_limits<float>::quiet_NaN() : std::ldexp(1.0F, code - 127);
  }
}

}  // namespace

ScaledRows::ScaledRows(TensorView values, TensorView scales, Shape blocks)
    : values_(std::move(values)), scales_(std::move(scales)), blocks_(std::move(blocks)) {}

// Which row of the scales goes with a row of the values: coordinates of all axes but the last, in blocks.
std::size_t ScaledRows::scale_row(std::size_t row) const {
  std::size_t result = 0;
  std::size_t stride = 1;
  for (std::size_t axis = values_.shape.size(); axis-- > 0;) {
    if (axis + 1 == values_.shape.size()) continue;
    result += row % values_.shape[axis] / blocks_[axis] * stride;
    row /= values_.shape[axis];
    stride *= scales_.shape[axis];
  }
  return result;
}

void ScaledRows::read(std::size_t row_begin, std::size_t rows, std::span<float> out) const {
  const std::size_t length = row_length(values_.shape);
  const std::size_t block = blocks_.empty() ? 1 : blocks_.back();
  const Table& table = values_of(values_.dtype);
  std::vector<float> scales(row_length(scales_.shape));
  std::size_t held = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t row = row_begin + i;
    if (const std::size_t wanted = scale_row(row); wanted != held) {
      read_scales(scales_, wanted, scales);
      held = wanted;
    }
    const std::byte* const in = values_.bytes.data() + row * length;
    float* const to = out.data() + i * length;
    for (std::size_t begin = 0, part = 0; begin < length; begin += block, ++part) {
      const std::size_t end = std::min(length, begin + block);
      const float scale = scales[part];
      for (std::size_t j = begin; j < end; ++j) to[j] = table[std::to_integer<std::size_t>(in[j])] * scale;
    }
  }
}

}  // namespace tsugi::merge
