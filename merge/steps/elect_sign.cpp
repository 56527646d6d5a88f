// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/elect_sign.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "merge/clones.h"
#include "merge/steps/scratch.h"

namespace tsugi::merge::steps {
namespace {

using In = const float* __restrict__;
using Out = float* __restrict__;

// Both sides are computed and one is masked out, which vectorises where a conditional would not.
inline float where(bool condition, float value) {
  const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & mask);
}

TSUGI_CLONES void add_votes(In delta, float factor, Out votes, Out positive, Out negative, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float v = factor * delta[i];
    votes[i] += v;
    positive[i] += where(v > 0, v);
    negative[i] += where(v < 0, v);
  }
}

TSUGI_CLONES void add_weights(In delta, float factor, float weight, Out positive, Out negative,
                              std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float v = factor * delta[i];
    positive[i] += where(v > 0, weight);
    negative[i] += where(v < 0, weight);
  }
}

TSUGI_CLONES void elect(In votes, In positive, In negative, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const bool up = votes[i] >= 0;
    out[i] = where(up, positive[i]) + where(!up, negative[i]);
  }
}

TSUGI_CLONES void divide_by_winners(In votes, In positive, In negative, Out out, std::size_t n) {
  constexpr float kLeast = 1e-8F;  // below it, as mergekit does for an exact 0, nothing is divided
  for (std::size_t i = 0; i < n; ++i) {
    const bool up = votes[i] >= 0;
    const float sum = where(up, positive[i]) + where(!up, negative[i]);
    const bool small = std::fabs(sum) < kLeast;
    out[i] /= where(!small, sum) + where(small, 1.0F);
  }
}

TSUGI_CLONES void add_elected_n(In votes, In delta, float weight, Out sum, Out weights, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const bool up = votes[i] >= 0;
    const bool wins = (up & (delta[i] > 0)) | (!up & (delta[i] < 0));
    sum[i] += where(wins, weight * delta[i]);
    weights[i] += where(wins, weight);
  }
}

std::span<float> zeroed(Purpose purpose, std::size_t n) {
  const std::span<float> room = scratch(purpose, n);
  std::fill(room.begin(), room.end(), 0.0F);
  return room;
}

}  // namespace

SignElection::SignElection(std::size_t elements, bool normalize)
    : normalize_(normalize),
      votes_(zeroed(Purpose::votes, elements)),
      positive_(zeroed(Purpose::positive, elements)),
      negative_(zeroed(Purpose::negative, elements)) {
  if (!normalize_) return;
  positive_weight_ = zeroed(Purpose::positive_weight, elements);
  negative_weight_ = zeroed(Purpose::negative_weight, elements);
}

void SignElection::add(std::span<const float> delta, float factor, float weight) {
  const std::size_t n = votes_.size();
  add_votes(delta.data(), factor, votes_.data(), positive_.data(), negative_.data(), n);
  if (!normalize_) return;
  add_weights(delta.data(), factor, weight, positive_weight_.data(), negative_weight_.data(), n);
}

void SignElection::mix(std::span<float> out) const {
  elect(votes_.data(), positive_.data(), negative_.data(), out.data(), out.size());
  if (!normalize_) return;
  divide_by_winners(votes_.data(), positive_weight_.data(), negative_weight_.data(), out.data(), out.size());
}

void add_elected(std::span<const float> votes, std::span<const float> delta, float weight,
                 std::span<float> sum, std::span<float> weights) {
  add_elected_n(votes.data(), delta.data(), weight, sum.data(), weights.data(), votes.size());
}

}  // namespace tsugi::merge::steps
