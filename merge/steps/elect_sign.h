// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Elections whose votes differ from what is added: see consensus.h for those of TIES.
#pragma once

#include <span>

namespace tsugi::merge::steps {

/// Where delta has the sign of `votes` (0 counts as
/// positive; a delta of 0 has none) sum += weight delta and weights += weight.
void add_elected(std::span<const float> votes, std::span<const float> delta, float weight,
                 std::span<float> sum, std::span<float> weights);

}  // namespace tsugi::merge::steps
