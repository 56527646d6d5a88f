// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the values of a tensor look like: extremes, spread, and everything that no weight should be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// Over all values of a tensor, read in f32. NaN and infinities are counted and left out of the rest.
struct ValueSums {
  std::uint64_t elements = 0;
  std::uint64_t nan = 0;
  std::uint64_t infinite = 0;
  std::size_t first_bad = std::numeric_limits<std::size_t>::max();  ///< flat index of the first of these
  std::uint64_t zeros = 0;
  float low = std::numeric_limits<float>::infinity();
  float high = -std::numeric_limits<float>::infinity();
  double squares = 0;

  void add(const ValueSums& other);
  std::uint64_t finite() const { return elements - nan - infinite; }
  std::uint64_t bad() const { return nan + infinite; }
  /// Root of the mean square of the finite values; 0 without any.
  double rms() const;
};

/// Adds values that stand at flat index `begin` of their tensor.
void add_values(std::span<const float> values, std::size_t begin, ValueSums& sums);

/// One result for each tensor, which must be floating. Parallel; private memory is a few tiles a thread and
/// some 60 bytes for each quarter million values. `progress` as in sum_over().
std::vector<ValueSums> scan_values(std::span<const TensorView* const> tensors,
                                   const std::function<void(std::uint64_t)>& progress = nullptr);

/// The same of one tensor on the calling thread.
ValueSums scan_values(const TensorView& tensor);

/// "2 NaN and 1 infinite of 4096 values, the first at element 17 [row 0, column 17]"
std::string bad_values_text(const ValueSums& sums, const Shape& shape);

/// "" or what makes a matrix look as if it was never trained: every value zero, or all of them equal.
/// Vectors are left alone: norms start as all ones and biases as all zeros.
std::string uninitialised_text(const ValueSums& sums, const Shape& shape);

}  // namespace tsugi::merge
