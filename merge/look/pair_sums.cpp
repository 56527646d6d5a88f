// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/pair_sums.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "merge/clones.h"
#include "merge/look/value_scan.h"
#include "merge/steps/sums.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kLanes = 8;  // doubles in an AVX-512 register, as in steps/sums.cpp

inline double combined(const double* lane) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

// Everything in one loop: the tile is converted to f64 once, and the sums hide each other's latency.
TSUGI_CLONES void pair_products(const float* __restrict__ a, const float* __restrict__ b, std::size_t n,
                                double* __restrict__ out) {
  double aa[kLanes] = {};
  double bb[kLanes] = {};
  double ab[kLanes] = {};
  double dd[kLanes] = {};
  const std::size_t whole = n - n % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) {
      const auto x = static_cast<double>(a[i + j]);
      const auto y = static_cast<double>(b[i + j]);
      aa[j] += x * x;
      bb[j] += y * y;
      ab[j] += x * y;
      dd[j] += (y - x) * (y - x);
    }
  }
  out[0] = combined(aa);
  out[1] = combined(bb);
  out[2] = combined(ab);
  out[3] = combined(dd);
  for (std::size_t i = whole; i < n; ++i) {
    const auto x = static_cast<double>(a[i]);
    const auto y = static_cast<double>(b[i]);
    out[0] += x * x;
    out[1] += y * y;
    out[2] += x * y;
    out[3] += (y - x) * (y - x);
  }
}

// Bits of the largest |b - a|, and how many differ. -0 and 0 are equal.
TSUGI_CLONES std::uint32_t pair_changes(const float* __restrict__ a, const float* __restrict__ b,
                                        std::size_t n, std::uint32_t& changed) {
  std::uint32_t most = 0;
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t size = std::bit_cast<std::uint32_t>(b[i] - a[i]) & 0x7fffffffu;
    most = std::max(most, size);
    count += static_cast<std::uint32_t>(size != 0);
  }
  changed = count;
  return most;
}

TSUGI_CLONES void subtract(float* __restrict__ x, const float* __restrict__ base, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) x[i] -= base[i];
}

// How many pairs are both non-zero, and how many of those have different signs.
TSUGI_CLONES std::uint32_t pair_signs(const float* __restrict__ a, const float* __restrict__ b, std::size_t n,
                                      std::uint32_t& conflicts) {
  std::uint32_t both = 0;
  std::uint32_t opposed = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = std::bit_cast<std::uint32_t>(a[i]);
    const auto y = std::bit_cast<std::uint32_t>(b[i]);
    const std::uint32_t moved =
        static_cast<std::uint32_t>((x << 1) != 0) & static_cast<std::uint32_t>((y << 1) != 0);
    both += moved;
    opposed += moved & ((x ^ y) >> 31);
  }
  conflicts = opposed;
  return both;
}

void clear_bad_pairs(std::span<float> a, std::span<float> b, std::span<float> c, std::uint64_t& bad) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isfinite(a[i]) && std::isfinite(b[i]) && (c.empty() || std::isfinite(c[i]))) continue;
    ++bad;
    a[i] = b[i] = 0;
    if (!c.empty()) c[i] = 0;
  }
}

std::optional<double> ratio(double squares, double of) {
  if (of == 0) return std::nullopt;
  return std::sqrt(squares / of);
}

// Equal directions are told apart from nearly equal ones by relative_l2; rounding may not make more than 1 of
// them.
std::optional<double> cosine_of(double ab, double aa, double bb) {
  if (aa == 0 || bb == 0) return std::nullopt;
  return std::clamp(ab / (std::sqrt(aa) * std::sqrt(bb)), -1.0, 1.0);
}

}  // namespace

void PairSums::add(const PairSums& other) {
  elements += other.elements;
  bad += other.bad;
  changed += other.changed;
  aa += other.aa;
  bb += other.bb;
  ab += other.ab;
  dd += other.dd;
  largest = std::max(largest, other.largest);
}

std::optional<double> PairSums::relative_l2() const {
  return ratio(dd, aa);
}

std::optional<double> PairSums::cosine() const {
  return cosine_of(ab, aa, bb);
}

double PairSums::changed_share() const {
  return elements == 0 ? 0 : static_cast<double>(changed) / static_cast<double>(elements);
}

void TaskSums::add(const TaskSums& other) {
  cc += other.cc;
  aa += other.aa;
  bb += other.bb;
  ab += other.ab;
  both += other.both;
  conflicts += other.conflicts;
}

std::optional<double> TaskSums::relative_a() const {
  return ratio(aa, cc);
}

std::optional<double> TaskSums::relative_b() const {
  return ratio(bb, cc);
}

std::optional<double> TaskSums::cosine() const {
  return cosine_of(ab, aa, bb);
}

std::optional<double> TaskSums::conflict_share() const {
  if (both == 0) return std::nullopt;
  return static_cast<double>(conflicts) / static_cast<double>(both);
}

void add_pairs(std::span<float> a, std::span<float> b, std::span<float> c, PairSums& sums) {
  sums.elements += a.size();
  if (!all_finite(a) || !all_finite(b) || !all_finite(c)) clear_bad_pairs(a, b, c, sums.bad);
  double products[4];
  pair_products(a.data(), b.data(), a.size(), products);
  sums.aa += products[0];
  sums.bb += products[1];
  sums.ab += products[2];
  sums.dd += products[3];
  std::uint32_t changed = 0;
  const std::uint32_t most = pair_changes(a.data(), b.data(), a.size(), changed);
  sums.largest = std::max(sums.largest, std::bit_cast<float>(most));
  sums.changed += changed;
}

void add_tasks(std::span<float> a, std::span<float> b, std::span<const float> c, TaskSums& sums) {
  sums.cc += steps::dot(c, c);
  subtract(a.data(), c.data(), a.size());
  subtract(b.data(), c.data(), b.size());
  double products[4];
  pair_products(a.data(), b.data(), a.size(), products);
  sums.aa += products[0];
  sums.bb += products[1];
  sums.ab += products[2];
  std::uint32_t conflicts = 0;
  sums.both += pair_signs(a.data(), b.data(), a.size(), conflicts);
  sums.conflicts += conflicts;
}

}  // namespace tsugi::merge
