// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Not in sums.cpp, which may fuse products with additions: products in f32 are not exact.
#include "merge/steps/group_sums.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "merge/clones.h"
#include "merge/steps/lanes.h"
#include "merge/steps/sums.h"

namespace tsugi::merge::steps {
namespace {

[[gnu::always_inline]] inline void add_magnitudes(const Floats& x, Floats& sum) {
  sum += x < 0 ? -x : x;
}

// Sixteen neighbours: those at even and those at odd places.
struct Split {
  Floats even;
  Floats odd;
};
[[gnu::always_inline]] inline void split(const Floats& first, const Floats& second, Split& out) {
  out.even = __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14);
  out.odd = __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15);
}

[[gnu::always_inline]] inline void add_neighbours(const Floats& first, const Floats& second, Floats& sum) {
  Split values;
  split(first, second, values);
  add_magnitudes(values.even, sum);
  add_magnitudes(values.odd, sum);
}

TSUGI_CLONES void l1_norms_n(const float* x, const float* base, const float* kept, std::size_t whole,
                             Sum& full, Sum& stays) {
  for (std::size_t i = 0; i < whole;) {
    const std::size_t end = std::min(whole, i + kGroup);
    std::array<Floats, 2> of_all{};
    std::array<Floats, 2> of_kept{};
    for (; i < end; i += kLine) {
      for (std::size_t half = 0; half < 2; ++half) {
        std::array<Floats, 2> values;
        std::array<Floats, 2> from;
        for (std::size_t eight = 0; eight < 2; ++eight) {
          const std::size_t at = i + (2 * half + eight) * kHalf;
          load_floats(x + at, values[eight]);
          load_floats(base + at, from[eight]);
          values[eight] -= from[eight];
        }
        add_neighbours(values[0], values[1], of_all[half]);
        load_floats(kept + i + 2 * half * kHalf, values[0]);
        load_floats(kept + i + (2 * half + 1) * kHalf, values[1]);
        add_neighbours(values[0], values[1], of_kept[half]);
      }
    }
    add_lanes(of_all[0], of_all[1], full);
    add_lanes(of_kept[0], of_kept[1], stays);
  }
}

TSUGI_CLONES void squares_n(const float* x, std::size_t whole, Sum& sum) {
  for (std::size_t i = 0; i < whole;) {
    const std::size_t end = std::min(whole, i + kGroup);
    std::array<Floats, 2> lanes{};
    for (; i < end; i += kLine) {
      for (std::size_t half = 0; half < 2; ++half) {
        Floats first;
        Floats second;
        load_floats(x + i + 2 * half * kHalf, first);
        load_floats(x + i + (2 * half + 1) * kHalf, second);
        Split values;
        split(first, second, values);
        const Floats even_squares = values.even * values.even;
        const Floats odd_squares = values.odd * values.odd;
        lanes[half] += even_squares;
        lanes[half] += odd_squares;
      }
    }
    add_lanes(lanes[0], lanes[1], sum);
  }
}

void add_plainly(const float* x, const float* base, const float* kept, std::size_t n, L1Norms& out) {
  for (std::size_t i = 0; i < n; ++i) {
    out.full += static_cast<double>(std::fabs(x[i] - base[i]));
    out.kept += static_cast<double>(std::fabs(kept[i]));
  }
}

}  // namespace

L1Norms l1_norms(std::span<const float> x, std::span<const float> base, std::span<const float> kept) {
  Sum full;
  Sum stays;
  const std::size_t whole = x.size() - x.size() % kLine;
  l1_norms_n(x.data(), base.data(), kept.data(), whole, full, stays);
  L1Norms out{full.folded(), stays.folded()};
  add_plainly(x.data() + whole, base.data() + whole, kept.data() + whole, x.size() - whole, out);
  if (std::isfinite(out.full)) return out;
  // Eight values above 4e37 do not add up in f32.
  out = {};
  add_plainly(x.data(), base.data(), kept.data(), x.size(), out);
  return out;
}

bool holds_squares(double sum, std::size_t n) {
  // A square that f32 rounds to a multiple of 2^-149 is off by 2^-150: of such a sum less than 2^-25.
  constexpr double kLeast = 0x1p-125;
  return std::isfinite(sum) && sum >= kLeast * static_cast<double>(n);
}

double squares(std::span<const float> x) {
  Sum sum;
  const std::size_t whole = x.size() - x.size() % kLine;
  squares_n(x.data(), whole, sum);
  double total = sum.folded();
  for (const float value : x.subspan(whole)) total += product(value, value);
  return holds_squares(total, x.size()) ? total : dot(x, x);
}

}  // namespace tsugi::merge::steps
