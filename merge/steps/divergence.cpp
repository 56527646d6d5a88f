// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/divergence.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

// exp and log of the C library differ by machine (it picks variants with and without fused operations) and do
// not vectorise. These do, to about 1e-15 relative.

// x <= 0. exp(x) = 2^k exp(r), |r| <= ln 2/2; the Taylor series to r^13/13! leaves 4e-18.
inline double exp_of(double x) {
  constexpr double kLowest = -700;  // exp(-700) is 1e-304: nothing beside a floor
  const double bounded = x < kLowest ? kLowest : x;
  constexpr double kShift = 0x1.8p52;  // adding it rounds to a whole number, which is then in the lowest bits
  const double shifted = bounded * 0x1.71547652b82fep0 + kShift;  // x/ln 2
  const double k = shifted - kShift;
  // ln 2 in two parts, the first with zeros at the end: k times it is exact.
  const double r = (bounded - k * 0x1.62e42fefap-1) - k * 0x1.cf79abc9e3b39p-40;
  constexpr std::array kInverseFactorials{
      1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
      1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       0.5,          1.0,         1.0};
  double sum = kInverseFactorials[0];
  for (std::size_t i = 1; i < kInverseFactorials.size(); ++i) sum = sum * r + kInverseFactorials[i];
  const std::uint64_t power = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
  return sum * std::bit_cast<double>(power);
}

// x > 0, normal. log(2^k m) = k ln 2 + 2 atanh((m-1)/(m+1)), m in [sqrt(1/2), sqrt(2)); the series to s^21
// leaves 1e-18.
inline double log_of(double x) {
  constexpr std::uint64_t kRootOfHalf = 0x3fe6a09e667f3bcd;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t above = bits - kRootOfHalf;
  // Whole steps of the exponent above sqrt(1/2), as a signed number.
  const std::uint64_t exponent = above & 0xfff0000000000000u;
  const double m = std::bit_cast<double>(bits - exponent);
  // The exponent as a number without a conversion of integers, which AVX2 lacks: offset, into the low bits.
  constexpr double kShift = 0x1.0p52;
  const std::uint64_t offset = ((exponent >> 52) + 2048) & 0xfffu;
  const double k = std::bit_cast<double>(offset | std::bit_cast<std::uint64_t>(kShift)) - kShift - 2048;
  const double s = (m - 1) / (m + 1);
  const double square = s * s;
  constexpr std::array kOdd{1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                            1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};
  double sum = kOdd[0];
  for (std::size_t i = 1; i < kOdd.size(); ++i) sum = sum * square + kOdd[i];
  return k * 0x1.62e42fefa39efp-1 + 2 * s * sum;
}

constexpr std::size_t kBlock = 256;  // values of a block stay in the first cache
constexpr std::size_t kLanes = 8;
using Block = std::array<double, kBlock>;

TSUGI_CLONES void exponentials(const float* __restrict__ x, double largest, double* __restrict__ out,
                               std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = exp_of(static_cast<double>(x[i]) - largest);
}

struct Row {
  const float* values;
  double largest;
  double sum;
};

TSUGI_CLONES void terms(const float* __restrict__ x, const float* __restrict__ y, const Row& of_x,
                        const Row& of_y, double floor, double* __restrict__ out, std::size_t n) {
  const double x_largest = of_x.largest;
  const double x_sum = of_x.sum;
  const double y_largest = of_y.largest;
  const double y_sum = of_y.sum;
  for (std::size_t i = 0; i < n; ++i) {
    const double p = exp_of(static_cast<double>(x[i]) - x_largest) / x_sum + floor;
    const double q = exp_of(static_cast<double>(y[i]) - y_largest) / y_sum + floor;
    out[i] = p * log_of(p / q);
  }
}

// Eight running sums over whole blocks, folded at the end; the order is part of the result.
class BlockSum {
 public:
  void add(Block& block, std::size_t n) {
    std::fill(block.begin() + static_cast<std::ptrdiff_t>(n), block.end(), 0.0);
    for (std::size_t i = 0; i < kBlock; i += kLanes) {
      for (std::size_t j = 0; j < kLanes; ++j) lanes_[j] += block[i + j];
    }
  }
  double value() const {
    return ((lanes_[0] + lanes_[4]) + (lanes_[2] + lanes_[6])) +
           ((lanes_[1] + lanes_[5]) + (lanes_[3] + lanes_[7]));
  }

 private:
  std::array<double, kLanes> lanes_{};
};

template <class Fill>
double sum_of_blocks(std::size_t n, const Fill& fill) {
  BlockSum sum;
  Block block;
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t size = std::min(kBlock, n - begin);
    fill(begin, size, block.data());
    sum.add(block, size);
  }
  return sum.value();
}

Row row_of(std::span<const float> values) {
  const auto largest = static_cast<double>(*std::max_element(values.begin(), values.end()));
  const double sum = sum_of_blocks(values.size(), [&](std::size_t begin, std::size_t size, double* out) {
    exponentials(values.data() + begin, largest, out, size);
  });
  return {values.data(), largest, sum};
}

}  // namespace

double softmax_divergence(std::span<const float> x, std::span<const float> base, double floor) {
  const Row of_x = row_of(x);
  const Row of_base = row_of(base);
  const double sum = sum_of_blocks(x.size(), [&](std::size_t begin, std::size_t size, double* out) {
    terms(x.data() + begin, base.data() + begin, of_x, of_base, floor, out, size);
  });
  return std::max(sum, 0.0);
}

}  // namespace tsugi::merge::steps
