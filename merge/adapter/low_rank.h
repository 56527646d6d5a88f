// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The product of an adapter's two factors, added to rows of a matrix as they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// One pair of factors in f32, laid out for the multiplication.
struct PackedFactors {
  /// [columns / 16][r][16], zeros behind the last column: what one pass over r reads lies together.
  std::vector<float> right;
  std::vector<float> left;  ///< [rows][r] of a transposed product, else empty: rows are read when needed
};

/// Keeps the factors that were used last, up to 64 MiB, so that an adapter of any size costs no more.
/// Thread-safe.
class FactorCache {
 public:
  std::shared_ptr<const PackedFactors> find(std::uint64_t owner);
  void keep(std::uint64_t owner, std::shared_ptr<const PackedFactors> factors);
  std::size_t bytes() const;

 private:
  using Entry = std::pair<std::uint64_t, std::shared_ptr<const PackedFactors>>;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the latest first
  std::size_t bytes_ = 0;
};

/// s B A, or s (B A)^T. Immutable; safe to use from any thread.
class LowRank {
 public:
  /// `a`: [r, in], `b`: [out, r], floating. The product is [out, in], transposed [in, out].
  LowRank(TensorView a, TensorView b, bool transposed, float scale, std::shared_ptr<FactorCache> cache);

  std::size_t columns() const { return transposed_ ? b_.shape[0] : a_.shape[1]; }
  std::size_t rows() const { return transposed_ ? a_.shape[1] : b_.shape[0]; }
  std::uint64_t stored_bytes() const { return a_.stored_bytes() + b_.stored_bytes(); }

  /// values[rows * columns()] += the product's rows from row_begin on. Each element is summed over r in f32,
  /// in order, then scaled and added: the same bits whatever block a row is read in.
  void add(std::size_t row_begin, std::size_t rows, std::span<float> values) const;

 private:
  std::shared_ptr<const PackedFactors> packed() const;

  TensorView a_;
  TensorView b_;
  bool transposed_;
  float scale_;
  std::size_t rank_;
  std::uint64_t number_;  // in the cache: no other product has it
  std::shared_ptr<FactorCache> cache_;
};

}  // namespace tsugi::merge
