// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where models disagree.
#pragma once

#include <cstddef>
#include <span>

namespace tsugi::merge::steps {

/// out = (1/N) sum_i (d_i - mean d)^2 with d_i = x_i - base of N models, element by element, in f64 and
/// rounded once; exactly 0 where all d_i are equal. All spans have one length.
void variance(std::span<const std::span<const float>> models, std::span<const float> base,
              std::span<float> out);

/// How many values are not 0.
std::size_t count_not_zero(std::span<const float> values);

/// values[i] = 0 where mask[i] is 0.
void keep_where(std::span<const float> mask, std::span<float> values);

}  // namespace tsugi::merge::steps
