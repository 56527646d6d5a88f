// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Vectors along the first axis of a tensor: its columns, one for each place of the axes after it.
#pragma once

#include <cstddef>
#include <span>

#include "merge/methods/method.h"

namespace tsugi::merge::steps {

/// How many columns a tensor has; 1 for a vector or a scalar.
std::size_t columns(const TensorCase& tensor);

/// Where a row of the tensor lies among the columns.
inline std::size_t column_of_row(std::size_t row, std::size_t row_length, std::size_t columns) {
  return row * row_length % columns;
}

/// xx += x x, yy += y y, xy += x y, element by element in f64. All spans have one length.
void add_products(std::span<const float> x, std::span<const float> y, std::span<double> xx,
                  std::span<double> yy, std::span<double> xy);

/// out = a x + b y, element by element. All spans have one length.
void combine_columns(std::span<const float> x, std::span<const float> a, std::span<const float> y,
                     std::span<const float> b, std::span<float> out);

}  // namespace tsugi::merge::steps
