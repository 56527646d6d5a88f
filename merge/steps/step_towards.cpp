// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/step_towards.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

using In = const float* __restrict__;
using Out = float* __restrict__;

// Bits and masks in place of conditionals: GCC 12 vectorises these.
inline float pick(bool condition, float yes, float no) {
  const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(yes) & mask) |
                              (std::bit_cast<std::uint32_t>(no) & ~mask));
}

TSUGI_CLONES void step_towards_n(In base, In x, float step, float near, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float delta = x[i] - base[i];
    out[i] = pick(std::fabs(delta) <= near, x[i], base[i] + std::copysign(step, delta));
  }
}

TSUGI_CLONES void step_share_n(In base, In x, float step, float near, float share, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float delta = x[i] - base[i];
    out[i] = base[i] + pick(std::fabs(delta) <= near, share * delta, std::copysign(step, delta));
  }
}

TSUGI_CLONES void choose_n(In base, In x, const float* score, float threshold, float* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = pick(score[i] >= threshold, x[i], base[i]);
}

}  // namespace

void step_towards(std::span<const float> base, std::span<const float> x, float step, float near, float share,
                  std::span<float> out) {
  if (share == 1) return step_towards_n(base.data(), x.data(), step, near, out.data(), out.size());
  step_share_n(base.data(), x.data(), step, near, share, out.data(), out.size());
}

void choose(std::span<const float> base, std::span<const float> x, std::span<const float> score,
            float threshold, std::span<float> out) {
  choose_n(base.data(), x.data(), score.data(), threshold, out.data(), out.size());
}

}  // namespace tsugi::merge::steps
