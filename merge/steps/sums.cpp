// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/sums.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "merge/clones.h"
#include "merge/steps/lanes.h"

namespace tsugi::merge::steps {
namespace {

[[gnu::always_inline]] inline void load(const float* x, Lanes& lanes) {
  Floats low;
  Floats high;
  std::memcpy(&low, x, sizeof(low));
  std::memcpy(&high, x + kHalf, sizeof(high));
  lanes.low = __builtin_convertvector(low, Doubles);
  lanes.high = __builtin_convertvector(high, Doubles);
}

[[gnu::always_inline]] inline void load_delta(const float* x, const float* base, Lanes& lanes) {
  Floats low;
  Floats high;
  Floats low_base;
  Floats high_base;
  std::memcpy(&low, x, sizeof(low));
  std::memcpy(&high, x + kHalf, sizeof(high));
  std::memcpy(&low_base, base, sizeof(low));
  std::memcpy(&high_base, base + kHalf, sizeof(high));
  lanes.low = __builtin_convertvector(low - low_base, Doubles);
  lanes.high = __builtin_convertvector(high - high_base, Doubles);
}

TSUGI_CLONES double dot_n(const float* x, const float* y, std::size_t n) {
  Sum sum;
  const std::size_t whole = n - n % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    Lanes a;
    Lanes b;
    load(x + i, a);
    load(y + i, b);
    add_product(a, b, sum);
  }
  double total = sum.folded();
  for (std::size_t i = whole; i < n; ++i) total += product(x[i], y[i]);
  return total;
}

TSUGI_CLONES double dot_of_deltas_n(const float* x, const float* y, const float* base, std::size_t n) {
  Sum sum;
  const std::size_t whole = n - n % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    Lanes a;
    Lanes b;
    load_delta(x + i, base + i, a);
    load_delta(y + i, base + i, b);
    add_product(a, b, sum);
  }
  double total = sum.folded();
  for (std::size_t i = whole; i < n; ++i) total += product(x[i] - base[i], y[i] - base[i]);
  return total;
}

TSUGI_CLONES void pair_n(const float* x, const float* y, std::size_t n, PairSums& out) {
  Sum xx;
  Sum yy;
  Sum xy;
  const std::size_t whole = n - n % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    Lanes a;
    Lanes b;
    load(x + i, a);
    load(y + i, b);
    add_product(a, a, xx);
    add_product(b, b, yy);
    add_product(a, b, xy);
  }
  out = {xx.folded(), yy.folded(), xy.folded()};
  for (std::size_t i = whole; i < n; ++i) {
    out.xx += product(x[i], x[i]);
    out.yy += product(y[i], y[i]);
    out.xy += product(x[i], y[i]);
  }
}

TSUGI_CLONES void pair_of_deltas_n(const float* x, const float* y, const float* base, std::size_t n,
                                   PairSums& out) {
  Sum xx;
  Sum yy;
  Sum xy;
  const std::size_t whole = n - n % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    Lanes a;
    Lanes b;
    load_delta(x + i, base + i, a);
    load_delta(y + i, base + i, b);
    add_product(a, a, xx);
    add_product(b, b, yy);
    add_product(a, b, xy);
  }
  out = {xx.folded(), yy.folded(), xy.folded()};
  for (std::size_t i = whole; i < n; ++i) {
    const float a = x[i] - base[i];
    const float b = y[i] - base[i];
    out.xx += product(a, a);
    out.yy += product(b, b);
    out.xy += product(a, b);
  }
}

[[gnu::always_inline]] inline void add_magnitudes(const Floats& x, Floats& sum) {
  sum += x < 0 ? -x : x;
}

// Of eight neighbours after another those at even places, then those at odd ones.
[[gnu::always_inline]] inline void add_neighbours(const Floats& first, const Floats& second, Floats& sum) {
  add_magnitudes(__builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14), sum);
  add_magnitudes(__builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15), sum);
}

[[gnu::always_inline]] inline void load_floats(const float* x, Floats& out) {
  std::memcpy(&out, x, sizeof(out));
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
        const Floats even = __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14);
        const Floats odd = __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15);
        const Floats even_squares = even * even;
        const Floats odd_squares = odd * odd;
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

double dot(std::span<const float> x, std::span<const float> y) {
  return dot_n(x.data(), y.data(), x.size());
}

double dot_of_deltas(std::span<const float> x, std::span<const float> y, std::span<const float> base) {
  return dot_of_deltas_n(x.data(), y.data(), base.data(), x.size());
}

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

PairSums dots_of_pair(std::span<const float> x, std::span<const float> y, std::span<const float> base) {
  PairSums out;
  if (base.empty()) {
    pair_n(x.data(), y.data(), x.size(), out);
  } else {
    pair_of_deltas_n(x.data(), y.data(), base.data(), x.size(), out);
  }
  return out;
}

}  // namespace tsugi::merge::steps
