// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums of inputs with factors. All spans of a call have the same length; `out` overlaps no input. One f32
// rounding for each operation as written, the same on every instruction set.
#pragma once

#include <span>

namespace tsugi::merge::steps {

/// out = factor x
void scale(std::span<const float> x, float factor, std::span<float> out);
/// out += factor x
void add_scaled(std::span<const float> x, float factor, std::span<float> out);
/// out = a x + b y
void combine(std::span<const float> x, float a, std::span<const float> y, float b, std::span<float> out);
/// out = sum_i factors[i] inputs[i], added in order. An input whose factor is 0 is not looked at.
void weighted_sum(std::span<const std::span<const float>> inputs, std::span<const float> factors,
                  std::span<float> out);
/// out = base + sum_i factors[i] (inputs[i] - base), the sum made first and in order. An input whose factor
/// is 0 is not looked at.
void add_deltas(std::span<const std::span<const float>> inputs, std::span<const float> factors,
                std::span<const float> base, std::span<float> out);
/// out /= divisor
void divide(std::span<float> out, float divisor);
/// out *= factor
void multiply(std::span<float> out, float factor);
/// out = x - base
void subtract(std::span<const float> x, std::span<const float> base, std::span<float> out);
/// out = |x - base|
void distance(std::span<const float> x, std::span<const float> base, std::span<float> out);
/// out += factor (x - base)
void add_scaled_delta(std::span<const float> x, std::span<const float> base, float factor,
                      std::span<float> out);
/// out = base + factor out
void onto_base(std::span<const float> base, float factor, std::span<float> out);

/// What a sum of weights divides by: 1 in place of a sum below 1e-8, as mergekit does for task vectors.
double divisor_of(double sum_of_weights);

}  // namespace tsugi::merge::steps
