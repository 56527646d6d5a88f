// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a base's tensors with an adapter applied to them.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "merge/adapter/low_rank.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// V = W + s B A, with DoRA (arXiv 2402.09353) each output's weights scaled to a length: m V / |V|, the norm
/// over a row, or over a column where the product is transposed (embeddings, Conv1D). Norms are sums in f64;
/// those of columns are found when the first row is read.
class AdaptedRows : public RowReader {
 public:
  /// `magnitude`: [rows], or [columns] with `by_column`; nothing for LoRA. `place` names the adapter in
  /// errors.
  AdaptedRows(TensorView base, LowRank product, std::optional<TensorView> magnitude, bool by_column,
              std::string place);

  /// Throws InputError for a weight vector of length zero under DoRA.
  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override;
  std::uint64_t stored_bytes() const override { return base_.stored_bytes() + product_.stored_bytes(); }

 private:
  void read_sum(std::size_t row_begin, std::size_t rows, std::span<float> out) const;
  void scale_rows(std::size_t row_begin, std::size_t rows, std::span<float> out) const;
  void find_column_factors() const;
  float factor(double squares, std::size_t index) const;

  TensorView base_;
  LowRank product_;
  std::vector<float> magnitude_;  // empty without
  bool by_column_;
  std::string place_;
  mutable std::once_flag found_;
  mutable std::vector<float> column_factors_;
};

/// base + s * change, for one-row tensors: biases.
class ShiftedRow : public RowReader {
 public:
  ShiftedRow(TensorView base, TensorView change, float scale);
  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override;
  std::uint64_t stored_bytes() const override { return base_.stored_bytes() + change_.stored_bytes(); }

 private:
  TensorView base_;
  TensorView change_;
  float scale_;
};

/// A tensor that counts as one of another floating type without being rounded to it.
class RetypedRows : public RowReader {
 public:
  explicit RetypedRows(TensorView tensor) : tensor_(std::move(tensor)) {}
  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override {
    read_rows(tensor_, row_begin, rows, out);
  }
  std::uint64_t stored_bytes() const override { return tensor_.stored_bytes(); }

 private:
  TensorView tensor_;
};

}  // namespace tsugi::merge
