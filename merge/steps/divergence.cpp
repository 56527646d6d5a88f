// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/divergence.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "merge/clones.h"
#include "merge/steps/lanes.h"

namespace tsugi::merge::steps {
namespace {

// exp and log of the C library differ by machine (it picks variants with and without fused operations) and do
// not vectorise. These do, to about 1e-15 relative.

// Terms kFirst, kFirst + 4, ... of coefficients that begin with the constant one.
template <std::size_t kFirst, std::size_t kTerms>
inline double every_fourth(const std::array<double, kTerms>& coefficients, double fourth) {
  if constexpr (kFirst + 4 >= kTerms) {
    return coefficients[kFirst];
  } else {
    return every_fourth<kFirst + 4>(coefficients, fourth) * fourth + coefficients[kFirst];
  }
}

// In four sums: one alone waits six cycles for each term, longer than a core finds other elements to work on.
template <std::size_t kTerms>
inline double polynomial(const std::array<double, kTerms>& coefficients, double x) {
  const double square = x * x;
  const double fourth = square * square;
  const double even = every_fourth<0>(coefficients, fourth) + every_fourth<2>(coefficients, fourth) * square;
  const double odd = every_fourth<1>(coefficients, fourth) + every_fourth<3>(coefficients, fourth) * square;
  return even + odd * x;
}

// x <= 0. exp(x) = 2^k exp(r), |r| <= ln 2/2; the Taylor series to r^13/13! leaves 4e-18.
inline double exp_of(double x) {
  constexpr double kLowest = -700;  // exp(-700) is 1e-304: nothing beside a floor
  const double bounded = x < kLowest ? kLowest : x;
  constexpr double kShift = 0x1.8p52;  // adding it rounds to a whole number, which is then in the lowest bits
  const double shifted = bounded * 0x1.71547652b82fep0 + kShift;  // x/ln 2
  const double k = shifted - kShift;
  // ln 2 in two parts, the first with zeros at the end: k times it is exact.
  const double r = (bounded - k * 0x1.62e42fefap-1) - k * 0x1.cf79abc9e3b39p-40;
  constexpr std::array kInverseFactorials{1.0,
                                          1.0,
                                          0.5,
                                          1.0 / 6,
                                          1.0 / 24,
                                          1.0 / 120,
                                          1.0 / 720,
                                          1.0 / 5040,
                                          1.0 / 40320,
                                          1.0 / 362880,
                                          1.0 / 3628800,
                                          1.0 / 39916800,
                                          1.0 / 479001600,
                                          1.0 / 6227020800};
  const std::uint64_t power = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
  return polynomial(kInverseFactorials, r) * std::bit_cast<double>(power);
}

// Of positive normal numbers. log(2^k a/b) = k ln 2 + 2 atanh((a-b)/(a+b)), a/b from sqrt(1/2) to sqrt(2);
// the series to s^21 leaves 1e-18. Near each other, where all depends on it, p and q are subtracted without
// an error.
inline double log_of_ratio(double p, double q) {
  constexpr std::uint64_t kOne = std::bit_cast<std::uint64_t>(1.0);
  constexpr std::uint64_t kExponent = 0xfff0000000000000u;
  constexpr double kRoot = 0x1.6a09e667f3bcdp0;
  const auto p_bits = std::bit_cast<std::uint64_t>(p);
  const auto q_bits = std::bit_cast<std::uint64_t>(q);
  const double a_of_p = std::bit_cast<double>((p_bits & ~kExponent) | kOne);  // from 1 to below 2
  const double b_of_q = std::bit_cast<double>((q_bits & ~kExponent) | kOne);
  // The exponents' difference as a number without a conversion of integers, which AVX2 lacks: into low bits.
  constexpr double kShift = 0x1.0p52;
  constexpr std::uint64_t kOffset = 2048;
  const std::uint64_t difference = (p_bits >> 52) - (q_bits >> 52) + kOffset;
  const double between = std::bit_cast<double>(difference | std::bit_cast<std::uint64_t>(kShift)) -
                         (kShift + static_cast<double>(kOffset));
  const double up = a_of_p > kRoot * b_of_q ? 1.0 : 0.0;
  const double down = b_of_q > kRoot * a_of_p ? 1.0 : 0.0;
  const double a = a_of_p + down * a_of_p;
  const double b = b_of_q + up * b_of_q;
  const double s = (a - b) / (a + b);
  constexpr std::array kOdd{1.0,      1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9, 1.0 / 11,
                            1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  return (between + up - down) * 0x1.62e42fefa39efp-1 + 2 * s * polynomial(kOdd, s * s);
}

constexpr std::size_t kBlock = 256;  // values of a block stay in the first cache

TSUGI_CLONES void exponentials(const float* __restrict__ x, double largest, double* __restrict__ out,
                               std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = exp_of(static_cast<double>(x[i]) - largest);
}

TSUGI_CLONES float largest_of(const float* x, std::size_t n) {
  float largest = x[0];
  std::size_t i = 0;
  if (n >= kHalf) {
    Floats lanes;
    load_floats(x, lanes);
    for (; i + kHalf <= n; i += kHalf) {
      Floats next;
      load_floats(x + i, next);
      lanes = next > lanes ? next : lanes;
    }
    for (std::size_t j = 0; j < kHalf; ++j) largest = std::max(largest, lanes[j]);
  }
  for (; i < n; ++i) largest = std::max(largest, x[i]);
  return largest;
}

// Of exponentials of two rows.
TSUGI_CLONES void terms(const double* __restrict__ x, const double* __restrict__ y, double x_share,
                        double y_share, double floor, double* __restrict__ out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double p = x[i] * x_share + floor;
    const double q = y[i] * y_share + floor;
    out[i] = p * log_of_ratio(p, q);
  }
}

// Eight running sums over whole blocks, folded at the end; the order is part of the result.
class BlockSum {
 public:
  void add(const double* block, std::size_t n) {
    for (std::size_t i = 0; i + kHalf <= n; i += kHalf) {
      for (std::size_t j = 0; j < kHalf; ++j) lanes_[j] += block[i + j];
    }
    for (std::size_t i = n - n % kHalf; i < n; ++i) lanes_[i % kHalf] += block[i];
  }
  double value() const {
    return ((lanes_[0] + lanes_[4]) + (lanes_[2] + lanes_[6])) +
           ((lanes_[1] + lanes_[5]) + (lanes_[3] + lanes_[7]));
  }

 private:
  std::array<double, kHalf> lanes_{};
};

// `part`(begin, size) of each block.
template <class Part>
double sum_of_blocks(std::size_t n, const Part& part) {
  BlockSum sum;
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t size = std::min(kBlock, n - begin);
    sum.add(part(begin, size), size);
  }
  return sum.value();
}

// Exponentials of a row, which are asked for twice: of a usual one they are kept, in half a megabyte.
class Exponentials {
 public:
  static constexpr std::size_t kMostKept = std::size_t{1} << 16;

  Exponentials(std::span<const float> row, std::vector<double>& room) : row_(row), room_(room) {
    largest_ = static_cast<double>(largest_of(row.data(), row.size()));
    keeps_ = row.size() <= kMostKept;
    room_.resize(std::max(room_.size(), keeps_ ? row.size() : kBlock));
    share_ =
        1 / sum_of_blocks(row.size(), [&](std::size_t begin, std::size_t size) { return made(begin, size); });
  }

  const double* block(std::size_t begin, std::size_t size) {
    return keeps_ ? room_.data() + begin : made(begin, size);
  }
  /// What they are multiplied with to be shares of their sum.
  double share() const { return share_; }

 private:
  const double* made(std::size_t begin, std::size_t size) {
    double* const out = room_.data() + (keeps_ ? begin : 0);
    exponentials(row_.data() + begin, largest_, out, size);
    return out;
  }

  std::span<const float> row_;
  std::vector<double>& room_;
  bool keeps_ = false;
  double largest_ = 0;
  double share_ = 0;
};

}  // namespace

double softmax_divergence(std::span<const float> x, std::span<const float> base, double floor) {
  thread_local std::array<std::vector<double>, 2> rooms;
  Exponentials of_x(x, rooms[0]);
  Exponentials of_base(base, rooms[1]);
  std::array<double, kBlock> room;
  const double sum = sum_of_blocks(x.size(), [&](std::size_t begin, std::size_t size) {
    terms(of_x.block(begin, size), of_base.block(begin, size), of_x.share(), of_base.share(), floor,
          room.data(), size);
    return room.data();
  });
  return std::max(sum, 0.0);
}

}  // namespace tsugi::merge::steps
