// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/columns.h"

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

using In = const float* __restrict__;
using Out = float* __restrict__;
using Sums = double* __restrict__;

TSUGI_CLONES void add_products_n(In x, In y, Sums xx, Sums yy, Sums xy, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto a = static_cast<double>(x[i]);
    const auto b = static_cast<double>(y[i]);
    xx[i] += a * a;
    yy[i] += b * b;
    xy[i] += a * b;
  }
}

TSUGI_CLONES void combine_n(In x, In a, In y, In b, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = a[i] * x[i] + b[i] * y[i];
}

}  // namespace

std::size_t columns(const TensorCase& tensor) {
  std::size_t count = 1;
  for (std::size_t axis = 1; axis < tensor.shape.size(); ++axis) count *= tensor.shape[axis];
  return count;
}

void add_products(std::span<const float> x, std::span<const float> y, std::span<double> xx,
                  std::span<double> yy, std::span<double> xy) {
  add_products_n(x.data(), y.data(), xx.data(), yy.data(), xy.data(), x.size());
}

void combine_columns(std::span<const float> x, std::span<const float> a, std::span<const float> y,
                     std::span<const float> b, std::span<float> out) {
  combine_n(x.data(), a.data(), y.data(), b.data(), out.data(), out.size());
}

}  // namespace tsugi::merge::steps
