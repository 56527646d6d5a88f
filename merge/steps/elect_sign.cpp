// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/elect_sign.h"

#include <bit>
#include <cstddef>
#include <cstdint>

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

using In = const float* __restrict__;
using Out = float* __restrict__;

// Both sides are computed and one is masked out, which vectorises where a conditional would not.
inline float where(bool condition, float value) {
  const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & mask);
}

TSUGI_CLONES void add_elected_n(In votes, In delta, float weight, Out sum, Out weights, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const bool up = votes[i] >= 0;
    const bool wins = (up & (delta[i] > 0)) | (!up & (delta[i] < 0));
    sum[i] += where(wins, weight * delta[i]);
    weights[i] += where(wins, weight);
  }
}

}  // namespace

void add_elected(std::span<const float> votes, std::span<const float> delta, float weight,
                 std::span<float> sum, std::span<float> weights) {
  add_elected_n(votes.data(), delta.data(), weight, sum.data(), weights.data(), votes.size());
}

}  // namespace tsugi::merge::steps
