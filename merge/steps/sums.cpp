// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/sums.h"

#include <cstddef>

#include "merge/clones.h"
#include "merge/steps/lanes.h"

namespace tsugi::merge::steps {
namespace {

[[gnu::always_inline]] inline void load(const float* x, Lanes& lanes) {
  Floats low;
  Floats high;
  load_floats(x, low);
  load_floats(x + kHalf, high);
  lanes.low = __builtin_convertvector(low, Doubles);
  lanes.high = __builtin_convertvector(high, Doubles);
}

[[gnu::always_inline]] inline void load_delta(const float* x, const float* base, Lanes& lanes) {
  Floats low;
  Floats high;
  Floats low_base;
  Floats high_base;
  load_floats(x, low);
  load_floats(x + kHalf, high);
  load_floats(base, low_base);
  load_floats(base + kHalf, high_base);
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

}  // namespace

double dot(std::span<const float> x, std::span<const float> y) {
  return dot_n(x.data(), y.data(), x.size());
}

double dot_of_deltas(std::span<const float> x, std::span<const float> y, std::span<const float> base) {
  return dot_of_deltas_n(x.data(), y.data(), base.data(), x.size());
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
