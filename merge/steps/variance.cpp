// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/variance.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

// Sums of a block in f64 stay in the nearest cache while the models pass by.
constexpr std::size_t kBlock = 256;

TSUGI_CLONES void add_deltas_n(const float* x, const float* base, double* sum, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) sum[i] += static_cast<double>(x[i] - base[i]);
}

TSUGI_CLONES void add_squares_n(const float* x, const float* base, const double* mean, double* sum,
                                std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double deviation = static_cast<double>(x[i] - base[i]) - mean[i];
    sum[i] += deviation * deviation;
  }
}

TSUGI_CLONES void scale_n(double* values, double factor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) values[i] *= factor;
}

TSUGI_CLONES void divide_n(double* values, double divisor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) values[i] /= divisor;
}

// Where the reciprocal is exact, a product has the bits of the quotient in a tenth of the time.
void divide(double* values, std::size_t count, std::size_t n) {
  const auto divisor = static_cast<double>(count);
  if (std::has_single_bit(count)) return scale_n(values, 1 / divisor, n);
  divide_n(values, divisor, n);
}

TSUGI_CLONES void narrow_n(const double* values, float* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<float>(values[i]);
}

TSUGI_CLONES void keep_where_n(const float* __restrict__ mask, float* __restrict__ values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t bits = 0u - static_cast<std::uint32_t>(mask[i] != 0);
    values[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(values[i]) & bits);
  }
}

}  // namespace

void variance(std::span<const std::span<const float>> models, std::span<const float> base,
              std::span<float> out) {
  for (std::size_t begin = 0; begin < out.size(); begin += kBlock) {
    const std::size_t n = std::min(kBlock, out.size() - begin);
    std::array<double, kBlock> mean{};
    std::array<double, kBlock> squares{};
    for (const auto& model : models) add_deltas_n(model.data() + begin, base.data() + begin, mean.data(), n);
    divide(mean.data(), models.size(), n);
    for (const auto& model : models)
      add_squares_n(model.data() + begin, base.data() + begin, mean.data(), squares.data(), n);
    divide(squares.data(), models.size(), n);
    narrow_n(squares.data(), out.data() + begin, n);
  }
}

std::size_t count_not_zero(std::span<const float> values) {
  return values.size() - static_cast<std::size_t>(std::count(values.begin(), values.end(), 0.0F));
}

void keep_where(std::span<const float> mask, std::span<float> values) {
  keep_where_n(mask.data(), values.data(), values.size());
}

}  // namespace tsugi::merge::steps
