// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which elements models changed, d_i = x_i - b with |d_i| > epsilon, and how many models changed each. All
// spans of a call have one length.
#pragma once

#include <span>

namespace tsugi::merge::steps {

using Models = std::span<const std::span<const float>>;

/// How many models changed each element.
void count_active(Models models, std::span<const float> base, float epsilon, std::span<float> counts);

struct ActiveCounts {
  double alone = 0;   ///< elements that this model alone changed
  double shared = 0;  ///< elements that it and others changed
};
/// `counts` are those of count_active().
ActiveCounts active_counts(std::span<const float> model, std::span<const float> base, float epsilon,
                           std::span<const float> counts);

/// out = b + factors[i] d_i where model i alone changed the element, b + the mean of the d_i of those that
/// did where they are several, else b.
void add_active(Models models, std::span<const float> factors, std::span<const float> base, float epsilon,
                std::span<float> out);

}  // namespace tsugi::merge::steps
