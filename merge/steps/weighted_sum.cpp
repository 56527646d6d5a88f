// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/weighted_sum.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

// Plain pointers with a promise of no overlap are what GCC 12 vectorises without run-time checks.
using In = const float* __restrict__;
using Out = float* __restrict__;

TSUGI_CLONES void scale_n(In x, float factor, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = factor * x[i];
}

TSUGI_CLONES void add_scaled_n(In x, float factor, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] += factor * x[i];
}

TSUGI_CLONES void combine_n(In x, float a, In y, float b, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = a * x[i] + b * y[i];
}

TSUGI_CLONES void add_pair_n(In x, float a, In y, float b, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = (out[i] + a * x[i]) + b * y[i];
}

TSUGI_CLONES void pair_onto_base_n(In x, float a, In y, float b, In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = base[i] + (a * (x[i] - base[i]) + b * (y[i] - base[i]));
}

TSUGI_CLONES void one_onto_base_n(In x, float factor, In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = base[i] + factor * (x[i] - base[i]);
}

TSUGI_CLONES void divide_n(Out out, float divisor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] /= divisor;
}

TSUGI_CLONES void multiply_n(Out out, float factor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] *= factor;
}

TSUGI_CLONES void subtract_n(In x, In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = x[i] - base[i];
}

TSUGI_CLONES void distance_n(In x, In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = std::fabs(x[i] - base[i]);
}

TSUGI_CLONES void add_scaled_delta_n(In x, In base, float factor, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] += factor * (x[i] - base[i]);
}

TSUGI_CLONES void scale_delta_n(In x, In base, float factor, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = factor * (x[i] - base[i]);
}

TSUGI_CLONES void onto_base_n(In base, float factor, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = base[i] + factor * out[i];
}

}  // namespace

void scale(std::span<const float> x, float factor, std::span<float> out) {
  scale_n(x.data(), factor, out.data(), out.size());
}

void add_scaled(std::span<const float> x, float factor, std::span<float> out) {
  add_scaled_n(x.data(), factor, out.data(), out.size());
}

void combine(std::span<const float> x, float a, std::span<const float> y, float b, std::span<float> out) {
  combine_n(x.data(), a, y.data(), b, out.data(), out.size());
}

void weighted_sum(std::span<const std::span<const float>> inputs, std::span<const float> factors,
                  std::span<float> out) {
  const float* waiting = nullptr;  // inputs go two by two: half as many passes over `out`
  float factor = 0;
  bool first = true;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (factors[i] == 0) continue;
    if (waiting == nullptr) {
      waiting = inputs[i].data();
      factor = factors[i];
      continue;
    }
    (first ? combine_n : add_pair_n)(waiting, factor, inputs[i].data(), factors[i], out.data(), out.size());
    first = false;
    waiting = nullptr;
  }
  if (waiting != nullptr) (first ? scale_n : add_scaled_n)(waiting, factor, out.data(), out.size());
  if (waiting == nullptr && first) std::fill(out.begin(), out.end(), 0.0F);
}

void add_deltas(std::span<const std::span<const float>> inputs, std::span<const float> factors,
                std::span<const float> base, std::span<float> out) {
  if (inputs.size() == 1 && factors[0] != 0)
    return one_onto_base_n(inputs[0].data(), factors[0], base.data(), out.data(), out.size());
  if (inputs.size() == 2 && factors[0] != 0 && factors[1] != 0) {
    return pair_onto_base_n(inputs[0].data(), factors[0], inputs[1].data(), factors[1], base.data(),
                            out.data(), out.size());
  }
  bool first = true;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (factors[i] == 0) continue;
    (first ? scale_delta_n : add_scaled_delta_n)(inputs[i].data(), base.data(), factors[i], out.data(),
                                                 out.size());
    first = false;
  }
  if (first) {
    std::copy(base.begin(), base.end(), out.begin());
  } else {
    onto_base_n(base.data(), 1, out.data(), out.size());
  }
}

void divide(std::span<float> out, float divisor) {
  if (divisor == 1) return;
  divide_n(out.data(), divisor, out.size());
}

void multiply(std::span<float> out, float factor) {
  multiply_n(out.data(), factor, out.size());
}

void subtract(std::span<const float> x, std::span<const float> base, std::span<float> out) {
  subtract_n(x.data(), base.data(), out.data(), out.size());
}

void distance(std::span<const float> x, std::span<const float> base, std::span<float> out) {
  distance_n(x.data(), base.data(), out.data(), out.size());
}

void add_scaled_delta(std::span<const float> x, std::span<const float> base, float factor,
                      std::span<float> out) {
  add_scaled_delta_n(x.data(), base.data(), factor, out.data(), out.size());
}

void onto_base(std::span<const float> base, float factor, std::span<float> out) {
  onto_base_n(base.data(), factor, out.data(), out.size());
}

double divisor_of(double sum_of_weights) {
  return std::fabs(sum_of_weights) < 1e-8 ? 1.0 : sum_of_weights;
}

}  // namespace tsugi::merge::steps
