// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/packed_matrix.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/kernels/onednn_product.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::eval {
namespace {

using kernels::kLanes;
using kernels::round_up;

bool in_panels(Layout layout) {
  return layout != Layout::rows_f32 && layout != Layout::rows_bf16;
}
bool in_bf16(Layout layout) {
  return layout != Layout::panels_f32 && layout != Layout::rows_f32;
}

std::size_t stored_elements(std::size_t rows, std::size_t columns, Layout layout) {
  if (!in_panels(layout)) return rows * columns;
  return round_up(rows, kLanes) * (in_bf16(layout) ? round_up(columns, 2) : columns);
}

// Elements from row to row of operands in bf16: whole steps, which are lines, and one more so that rows of a
// power of two do not all fall into the same sets of a cache.
std::size_t operand_stride(std::size_t columns) {
  return round_up(columns, kernels::kBf16Step) + kernels::kBf16Step;
}

// One row into its lane of a panel; `to` is where input 0 stands.
void scatter(const float* values, std::size_t count, float* to) {
  for (std::size_t k = 0; k < count; ++k) to[k * kLanes] = values[k];
}

void scatter(const std::uint16_t* values, std::size_t count, std::uint16_t* to) {
  for (std::size_t k = 0; k + 1 < count; k += 2) {
    to[k * kLanes] = values[k];
    to[k * kLanes + 1] = values[k + 1];
  }
  if (count % 2 != 0) to[(count - 1) * kLanes] = values[count - 1];
}

std::size_t count_not_finite(std::span<const float> values) {
  return static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [](float x) {
    return (std::bit_cast<std::uint32_t>(x) & 0x7F800000U) == 0x7F800000U;  // exponent of infinity and NaN
  }));
}

}  // namespace

std::size_t activation_stride(std::size_t width) {
  return round_up(width, kLanes) + kLanes;
}

OperandRows::OperandRows(Layout layout, std::size_t columns, std::size_t rows, void* memory)
    : halves_(layout == Layout::pairs_bf16),
      columns_(columns),
      stride_(halves_ ? operand_stride(columns) : activation_stride(columns)),
      rows_(rows),
      memory_(memory) {}

void OperandRows::write(std::size_t row, std::size_t column, std::span<const float> values) const {
  const std::size_t at = row * stride_ + column;
  if (halves_) {
    kernels::active_bf16()->round(values.data(), values.size(), static_cast<std::uint16_t*>(memory_) + at);
  } else {
    std::copy(values.begin(), values.end(), static_cast<float*>(memory_) + at);
  }
  end(row, column + values.size());
}

void OperandRows::activate(std::size_t row, std::size_t column, kernels::Nonlinear f, const float* gate,
                           const float* up, std::size_t count) const {
  const std::size_t at = row * stride_ + column;
  if (halves_) {
    kernels::active_bf16()->activate(f, gate, up, count, static_cast<std::uint16_t*>(memory_) + at);
  } else {
    kernels::active().activate(f, gate, up, count, static_cast<float*>(memory_) + at);
  }
  end(row, column + count);
}

void OperandRows::copy(std::size_t row, const Operands& from, std::size_t from_row) const {
  assert(row < rows_ && from_row < from.rows && from.stride == stride_);
  const std::size_t bytes = stride_ * element_bytes();
  std::memcpy(this->row(row), static_cast<const std::byte*>(from.data) + from_row * bytes, bytes);
}

float* OperandRows::row_of_thread(std::size_t columns) {
  thread_local std::vector<float> values;
  if (values.size() < columns) values.resize(columns);
  return values.data();
}

// Behind the last column of a row in bf16 are zeros up to a whole step.
void OperandRows::end(std::size_t row, std::size_t column) const {
  assert(row < rows_ && column <= columns_);
  if (!halves_ || column < columns_) return;
  std::uint16_t* rest = static_cast<std::uint16_t*>(memory_) + row * stride_ + columns_;
  std::fill_n(rest, round_up(columns_, kernels::kBf16Step) - columns_, std::uint16_t{0});
}

PackedMatrix::PackedMatrix(std::size_t rows, std::size_t columns, Layout layout,
                           std::shared_ptr<const OneDnnProduct> product)
    : rows_(rows), columns_(columns), layout_(layout), product_(std::move(product)) {
  const std::size_t elements = stored_elements(rows, columns, layout);
  if (in_bf16(layout)) {
    halves_ = AlignedBuffer<std::uint16_t>(elements);
  } else {
    floats_ = AlignedBuffer<float>(elements);
  }
}

std::size_t PackedMatrix::bytes(std::size_t rows, std::size_t columns, Layout layout) {
  return stored_elements(rows, columns, layout) * (in_bf16(layout) ? sizeof(std::uint16_t) : sizeof(float));
}

template <class T>
std::size_t PackedMatrix::place(std::size_t row, std::size_t k) const {
  if (!in_panels(layout_)) return row * columns_ + k;
  const std::size_t lane = row % kLanes;
  if constexpr (sizeof(T) == sizeof(float)) {
    return row / kLanes * kLanes * columns_ + k * kLanes + lane;
  } else {
    return row / kLanes * kLanes * round_up(columns_, 2) + k / 2 * 2 * kLanes + lane * 2 + k % 2;
  }
}

// Whole panels of 32-bit words: one f32, or two values in bf16.
template <class T>
bool has_whole_words(std::size_t columns) {
  return columns % (sizeof(std::uint32_t) / sizeof(T)) == 0;
}

// Rows of one panel are stored together, a stretch of inputs at a time, so that the lines they share stay in
// the cache.
template <class T>
void PackedMatrix::store(T* to, std::size_t first, const T* values, std::size_t count) const {
  constexpr std::size_t kStretch = 128;  // 16 rows of 128 are 8 KiB in f32, read and written once
  if (!in_panels(layout_)) {
    std::copy_n(values, count * columns_, to + first * columns_);
    return;
  }
  for (std::size_t row = first; row < first + count;) {
    const std::size_t end = std::min(first + count, round_up(row + 1, kLanes));
    if (end - row == kLanes && has_whole_words<T>(columns_)) {
      const std::size_t words = columns_ * sizeof(T) / sizeof(std::uint32_t);
      kernels::active().interleave(reinterpret_cast<const std::uint32_t*>(values + (row - first) * columns_),
                                   words, words, reinterpret_cast<std::uint32_t*>(to + place<T>(row, 0)),
                                   past_caches_);
      row = end;
      continue;
    }
    for (std::size_t k = 0; k < columns_; k += kStretch) {
      for (std::size_t r = row; r < end; ++r) {
        scatter(values + (r - first) * columns_ + k, std::min(kStretch, columns_ - k), to + place<T>(r, k));
      }
    }
    row = end;
  }
}

std::size_t PackedMatrix::write(std::size_t first, std::span<const float> values) {
  const std::size_t count = columns_ == 0 ? 0 : values.size() / columns_;
  assert(count * columns_ == values.size() && first + count <= rows_);
  if (layout_ == Layout::rows_bf16) {
    const std::span<std::uint16_t> place(halves_.data() + first * columns_, values.size());
    return merge::from_f32(DType::BF16, values, std::as_writable_bytes(place));
  }
  if (in_bf16(layout_)) {
    thread_local std::vector<std::uint16_t> rounded;  // tiles come by the thousand: none allocates
    rounded.resize(values.size());
    const std::size_t bad = merge::from_f32(DType::BF16, values, std::as_writable_bytes(std::span(rounded)));
    store(halves_.data(), first, rounded.data(), count);
    return bad;
  }
  store(floats_.data(), first, values.data(), count);
  return count_not_finite(values);
}

std::size_t PackedMatrix::write_columns(std::size_t first, std::size_t width, std::size_t first_column,
                                        std::span<const float> values) {
  assert(first + width <= rows_ &&
         first_column + values.size() / std::max<std::size_t>(1, width) <= columns_);
  if (!in_bf16(layout_)) {
    for (std::size_t i = 0; i < values.size(); ++i)
      floats_.data()[place<float>(first + i % width, first_column + i / width)] = values[i];
    return count_not_finite(values);
  }
  thread_local std::vector<std::uint16_t> rounded;
  rounded.resize(values.size());
  const std::size_t bad = merge::from_f32(DType::BF16, values, std::as_writable_bytes(std::span(rounded)));
  for (std::size_t i = 0; i < values.size(); ++i)
    halves_.data()[place<std::uint16_t>(first + i % width, first_column + i / width)] = rounded[i];
  return bad;
}

void PackedMatrix::write_stored(std::size_t first, std::span<const std::byte> stored) {
  const std::size_t row_bytes = columns_ * (in_bf16(layout_) ? sizeof(std::uint16_t) : sizeof(float));
  const std::size_t count = row_bytes == 0 ? 0 : stored.size() / row_bytes;
  assert(count * row_bytes == stored.size() && first + count <= rows_);
  if (in_bf16(layout_)) {
    store(halves_.data(), first, reinterpret_cast<const std::uint16_t*>(stored.data()), count);
  } else {
    store(floats_.data(), first, reinterpret_cast<const float*>(stored.data()), count);
  }
}

std::span<std::byte> PackedMatrix::rows_in_place(std::size_t first, std::size_t rows) {
  if (in_panels(layout_)) return {};
  assert(first + rows <= rows_);
  if (in_bf16(layout_))
    return std::as_writable_bytes(std::span(halves_.data() + first * columns_, rows * columns_));
  return std::as_writable_bytes(std::span(floats_.data() + first * columns_, rows * columns_));
}

void PackedMatrix::read_row(std::size_t row, std::span<float> out) const {
  assert(row < rows_ && out.size() == columns_);
  for (std::size_t k = 0; k < columns_; ++k) {
    if (in_bf16(layout_)) {
      out[k] = std::bit_cast<float>(static_cast<std::uint32_t>(halves_.data()[place<std::uint16_t>(row, k)])
                                    << 16U);
    } else {
      out[k] = floats_.data()[place<float>(row, k)];
    }
  }
}

void PackedMatrix::multiply(const Activations& x, const Activations& y, bool add,
                            ProductScratch& scratch) const {
  assert(x.rows == y.rows && y.stride >= round_up(rows_, kLanes));
  if (x.rows == 0) return;
  if (!in_panels(layout_)) {
    assert(product_ != nullptr);
    const void* weights = in_bf16(layout_) ? static_cast<const void*>(halves_.data()) : floats_.data();
    product_->multiply(x, weights, y, add, scratch);
    return;
  }
  multiply(operands(x, scratch.room), panels(), y, add, &scratch.upcoming);
}

Operands PackedMatrix::operands(const Activations& x, std::vector<std::byte>& room) const {
  if (layout_ != Layout::pairs_bf16) return {x.data, x.stride, x.rows};
  constexpr std::size_t kLine = 64;  // bytes
  const std::size_t bytes = x.rows * activation_stride(columns_) * sizeof(float);
  if (room.size() < bytes + kLine) room.resize(bytes + kLine);
  void* start = room.data();
  std::size_t space = room.size();
  const OperandRows rows(layout_, columns_, x.rows, std::align(kLine, bytes, start, space));
  for (std::size_t r = 0; r < x.rows; ++r) rows.write(r, 0, {x.row(r), columns_});
  return rows.all();
}

PanelRange PackedMatrix::panels() const {
  return {0, in_panels(layout_) ? round_up(rows_, kLanes) / kLanes : 0};
}

const void* PackedMatrix::panel(std::size_t i) const {
  if (!in_bf16(layout_)) return floats_.data() + i * columns_ * kLanes;
  return halves_.data() + i * round_up(columns_, 2) * kLanes;
}

void PackedMatrix::multiply(const Operands& x, PanelRange panels, const Activations& y, bool add,
                            kernels::Upcoming* upcoming, const void* next) const {
  assert(in_panels(layout_) && panels.first + panels.count <= this->panels().count);
  const void* start = panel(panels.first);
  const std::size_t width = panels.count;
  if (layout_ == Layout::pairs_bf16) {
    kernels::active_bf16()->multiply({static_cast<const std::uint16_t*>(x.data), x.stride, x.rows, columns_,
                                      static_cast<const std::uint16_t*>(start), width,
                                      static_cast<const std::uint16_t*>(next), y.data, y.stride, add,
                                      upcoming});
    return;
  }
  const kernels::Kernels& table = kernels::active();
  (in_bf16(layout_) ? table.multiply_bf16
                    : table.multiply_f32)({static_cast<const float*>(x.data), x.stride, x.rows, columns_,
                                           start, width, y.data, y.stride, add, upcoming});
}

}  // namespace tsugi::eval
