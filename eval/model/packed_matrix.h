// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A weight matrix [rows, columns] = [out, in], resident in the layout that its products read, written row by
// row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "eval/model/aligned_buffer.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/kernels/upcoming.h"

namespace tsugi::eval {

class OneDnnProduct;

/// Rows of activations: row i starts at data + i * stride.
struct Activations {
  float* data = nullptr;
  std::size_t stride = 0;
  std::size_t rows = 0;

  float* row(std::size_t i) const { return data + i * stride; }
};

/// Elements from row to row of a buffer of `width` columns: whole panels, and one more so that rows of a
/// power of two do not all fall into the same sets of a cache.
std::size_t activation_stride(std::size_t width);

/// Rows of activations as products take them: in bf16, followed by zeros to a whole step, for
/// Layout::pairs_bf16; in f32 for all others.
struct Operands {
  const void* data = nullptr;
  std::size_t stride = 0;  ///< elements from row to row
  std::size_t rows = 0;
};

/// Panels [first, first + count) of a matrix.
struct PanelRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// What products of one thread share; kept from call to call.
struct ProductScratch {
  std::vector<std::byte> room;  ///< that a product needs for itself
  kernels::Upcoming upcoming;   ///< what the thread reads after them
};

enum class Layout : std::uint8_t {
  panels_f32,   ///< for our own kernels
  panels_bf16,  ///< the same, widened on the fly
  pairs_bf16,   ///< the same again, multiplied by activations that are rounded to bf16
  rows_f32,     ///< row-major: for looking up rows, and for products through oneDNN
  rows_bf16,
};

/// Rows that become operands one by one or stretch by stretch. Safe from many threads for different rows.
class OperandRows {
 public:
  OperandRows() = default;  ///< no rows
  /// Rows of `columns` values for products with a matrix of that layout. `memory` has room for `rows` rows of
  /// activation_stride(columns) floats, begins at a cache line, and must outlive this.
  OperandRows(Layout layout, std::size_t columns, std::size_t rows, void* memory);

  /// Values of a row from `column` on; the last stretch of a row must be written for its zeros.
  void write(std::size_t row, std::size_t column, std::span<const float> values) const;
  /// The same of f(gate) * up, or of f(gate) where `up` is null: `count` of them.
  void activate(std::size_t row, std::size_t column, kernels::Nonlinear f, const float* gate, const float* up,
                std::size_t count) const;
  /// The same of a whole row that f(float* to) writes, once.
  template <class F>
  void make(std::size_t row, const F& f) const {
    if (!halves_) return f(static_cast<float*>(this->row(row)));
    float* values = row_of_thread(columns_);
    f(values);
    write(row, 0, {values, columns_});
  }
  /// A row of other operands of the same layout and as many columns.
  void copy(std::size_t row, const Operands& from, std::size_t from_row) const;
  /// Where a row begins, for who writes operands without help, and finishes the row then.
  void* row(std::size_t i) const { return static_cast<std::byte*>(memory_) + i * stride_ * element_bytes(); }
  std::size_t stride() const { return stride_; }
  void finish(std::size_t row) const { end(row, columns_); }

  Operands all() const { return first(rows_); }
  Operands first(std::size_t rows) const { return some(0, rows); }
  Operands some(std::size_t begin, std::size_t rows) const { return {row(begin), stride_, rows}; }

 private:
  static float* row_of_thread(std::size_t columns);
  std::size_t element_bytes() const { return halves_ ? sizeof(std::uint16_t) : sizeof(float); }
  void end(std::size_t row, std::size_t column) const;

  bool halves_ = false;
  std::size_t columns_ = 0;
  std::size_t stride_ = 0;
  std::size_t rows_ = 0;
  void* memory_ = nullptr;
};

/// The panels. 16 rows of the matrix (16 outputs) make one panel, which is K-major: all 16 weights of input
/// 0, then those of input 1, … so that a kernel streams a panel from start to end while 16 outputs of some
/// rows of activations stay in registers.
///
///     f32:   element (row, k) at [row / 16][k][row % 16]
///     bf16:  element (row, k) at [row / 16][k / 2][row % 16][k % 2]
///
/// Pairs of k in one 32-bit word are widened by one shift and one mask on every instruction set, and are what
/// dot products in bf16 take. Rows are filled up to 16, an odd last k to 2, both with zeros. Neither the
/// number of rows of activations nor the CPU changes the layout.
class PackedMatrix {
 public:
  PackedMatrix() = default;  ///< no rows
  /// All zeros. `product` multiplies the row-major layouts; null when rows are only looked up.
  PackedMatrix(std::size_t rows, std::size_t columns, Layout layout,
               std::shared_ptr<const OneDnnProduct> product = nullptr);

  /// From now on whole panels are written past the caches: for weights that are out of them before anyone
  /// reads them, which saves reading what is overwritten.
  void write_past_caches() { past_caches_ = true; }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t bytes() const { return floats_.bytes() + halves_.bytes(); }
  static std::size_t bytes(std::size_t rows, std::size_t columns, Layout layout);

  /// Stores rows [first, first + values.size() / columns), rounded to the layout's type. Safe from many
  /// threads for disjoint rows. Returns how many stored values are infinite or NaN.
  std::size_t write(std::size_t first, std::span<const float> values);

  /// The same from a transposed matrix [columns, width] whose rows from `first_column` on are `values`: they
  /// are columns of our rows [first, first + width).
  std::size_t write_columns(std::size_t first, std::size_t width, std::size_t first_column,
                            std::span<const float> values);

  /// The same as write() for values that are in the layout's type already.
  void write_stored(std::size_t first, std::span<const std::byte> stored);

  /// Where rows [first, first + rows) lie; empty if they are interleaved with others.
  std::span<std::byte> rows_in_place(std::size_t first, std::size_t rows);

  /// One row, widened: out has `columns` elements.
  void read_row(std::size_t row, std::span<float> out) const;

  /// y = x * W^T, or += with `add`; x has `columns` columns. y.stride must hold whole panels; what stands
  /// right of column `rows` becomes zero (or stays). A row of y depends on its own row of x alone, to the
  /// bit.
  void multiply(const Activations& x, const Activations& y, bool add, ProductScratch& scratch) const;

  /// The same of some panels with operands, for layouts in panels: y[x.rows, 16 count] = x * W[16 first …]^T.
  /// `next` are panels that are multiplied after these, of the same layout; null when nobody knows.
  void multiply(const Operands& x, PanelRange panels, const Activations& y, bool add,
                kernels::Upcoming* upcoming, const void* next = nullptr) const;

  Layout layout() const { return layout_; }
  /// All of them; none for layouts without.
  PanelRange panels() const;
  /// Where a panel begins.
  const void* panel(std::size_t i) const;

 private:
  /// They may lie in `room`, and hold until that is used again.
  Operands operands(const Activations& x, std::vector<std::byte>& room) const;
  template <class T>
  void store(T* to, std::size_t first, const T* values, std::size_t count) const;
  template <class T>
  std::size_t place(std::size_t row, std::size_t k) const;

  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  Layout layout_ = Layout::panels_f32;
  bool past_caches_ = false;
  std::shared_ptr<const OneDnnProduct> product_;
  AlignedBuffer<float> floats_;
  AlignedBuffer<std::uint16_t> halves_;  // bf16
};

}  // namespace tsugi::eval
