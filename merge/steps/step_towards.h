// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Moving a base towards a model, element by element, or not at all.
#pragma once

#include <span>

namespace tsugi::merge::steps {

/// Where |x - base| <= near: base + share (x - base), x itself for a share of 1; elsewhere base + step
/// towards x.
void step_towards(std::span<const float> base, std::span<const float> x, float step, float near, float share,
                  std::span<float> out);

/// out = x where score >= threshold, else base. `out` may be `score`.
void choose(std::span<const float> base, std::span<const float> x, std::span<const float> score,
            float threshold, std::span<float> out);

}  // namespace tsugi::merge::steps
