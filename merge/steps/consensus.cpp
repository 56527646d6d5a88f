// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/consensus.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

// Sums of so many elements go from model to model in the nearest cache.
constexpr std::size_t kStretch = 128;
using Sums = std::array<float, kStretch>;

// Inlined into each clone, so that a tile is one call.
#define TSUGI_INLINE [[gnu::always_inline]] inline

// Both sides are computed and one is masked out, which vectorises where a conditional would not.
TSUGI_INLINE float where(bool condition, float value) {
  const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & mask);
}

struct Goal {
  const float* base;
  float lambda;
  float* out;
  std::size_t size;
};

TSUGI_INLINE void put(const Sums& mix, const Goal& goal, std::size_t begin, std::size_t n) {
  const float* const base = goal.base + begin;
  float* const out = goal.out + begin;
  for (std::size_t i = 0; i < n; ++i) out[i] = base[i] + goal.lambda * mix[i];
}

TSUGI_CLONES void mix_all_n(const Vote* votes, std::size_t count, float divisor, const Goal& goal) {
  alignas(64) Sums mix;
  for (std::size_t begin = 0; begin < goal.size; begin += kStretch) {
    const std::size_t n = std::min(kStretch, goal.size - begin);
    mix.fill(0);
    for (std::size_t model = 0; model < count; ++model) {
      const float* const delta = votes[model].delta.data() + begin;
      const float factor = votes[model].factor;
      for (std::size_t i = 0; i < n; ++i) mix[i] += factor * delta[i];
    }
    for (float& sum : mix) sum /= divisor;
    put(mix, goal, begin, n);
  }
}

struct Election {
  alignas(64) Sums votes;
  alignas(64) Sums positive;
  alignas(64) Sums negative;
  alignas(64) Sums positive_weight;
  alignas(64) Sums negative_weight;
};

TSUGI_INLINE void count_votes(const Vote& vote, std::size_t begin, std::size_t n, Election& all) {
  const float* const delta = vote.delta.data() + begin;
  const float factor = vote.factor;
  for (std::size_t i = 0; i < n; ++i) {
    const float v = factor * delta[i];
    all.votes[i] += v;
    all.positive[i] += where(v > 0, v);
    all.negative[i] += where(v < 0, v);
  }
}

TSUGI_INLINE void count_weights(const Vote& vote, std::size_t begin, std::size_t n, Election& all) {
  const float* const delta = vote.delta.data() + begin;
  const float factor = vote.factor;
  const float weight = vote.weight;
  for (std::size_t i = 0; i < n; ++i) {
    const float v = factor * delta[i];
    all.positive_weight[i] += where(v > 0, weight);
    all.negative_weight[i] += where(v < 0, weight);
  }
}

// The winners' sum goes where the votes were.
TSUGI_INLINE void elect(Election& all) {
  for (std::size_t i = 0; i < kStretch; ++i) {
    const bool up = all.votes[i] >= 0;
    all.votes[i] = where(up, all.positive[i]) + where(!up, all.negative[i]);
  }
}

TSUGI_INLINE void elect_mean(Election& all) {
  constexpr float kLeast = 1e-8F;  // below it, as mergekit does for an exact 0, nothing is divided
  for (std::size_t i = 0; i < kStretch; ++i) {
    const bool up = all.votes[i] >= 0;
    const float sum = where(up, all.positive[i]) + where(!up, all.negative[i]);
    const float weight = where(up, all.positive_weight[i]) + where(!up, all.negative_weight[i]);
    const bool small = std::fabs(weight) < kLeast;
    all.votes[i] = sum / (where(!small, weight) + where(small, 1.0F));
  }
}

TSUGI_CLONES void mix_elected_n(const Vote* votes, std::size_t count, bool normalize, const Goal& goal) {
  Election all;
  for (std::size_t begin = 0; begin < goal.size; begin += kStretch) {
    const std::size_t n = std::min(kStretch, goal.size - begin);
    all = Election{};
    for (std::size_t model = 0; model < count; ++model) {
      count_votes(votes[model], begin, n, all);
      if (normalize) count_weights(votes[model], begin, n, all);
    }
    if (normalize) {
      elect_mean(all);
    } else {
      elect(all);
    }
    put(all.votes, goal, begin, n);
  }
}

Goal goal_of(const Onto& onto, std::span<float> out) {
  return {onto.base.data(), onto.lambda, out.data(), out.size()};
}

}  // namespace

void mix_all(std::span<const Vote> votes, float divisor, const Onto& onto, std::span<float> out) {
  mix_all_n(votes.data(), votes.size(), divisor, goal_of(onto, out));
}

void mix_elected(std::span<const Vote> votes, bool normalize, const Onto& onto, std::span<float> out) {
  mix_elected_n(votes.data(), votes.size(), normalize, goal_of(onto, out));
}

}  // namespace tsugi::merge::steps
