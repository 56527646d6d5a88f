// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/active_elements.h"

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

// Masks in place of conditionals: GCC 12 vectorises these.
inline float where(bool condition, float value) {
  const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & mask);
}

TSUGI_CLONES void count_n(In x, In base, float epsilon, Out counts, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) counts[i] += where(std::fabs(x[i] - base[i]) > epsilon, 1);
}

TSUGI_CLONES void counts_n(In x, In base, float epsilon, In counts, std::size_t n, std::uint64_t& alone,
                           std::uint64_t& shared) {
  std::uint64_t ones = 0;
  std::uint64_t active = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto mine = static_cast<std::uint64_t>(std::fabs(x[i] - base[i]) > epsilon);
    active += mine;
    ones += mine & static_cast<std::uint64_t>(counts[i] == 1);
  }
  alone = ones;
  shared = active - ones;
}

TSUGI_CLONES void add_n(In x, In base, float epsilon, float factor, Out counts, Out alone, Out shared,
                        std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float d = x[i] - base[i];
    const bool mine = std::fabs(d) > epsilon;
    counts[i] += where(mine, 1);
    alone[i] += where(mine, factor * d);
    shared[i] += where(mine, d);
  }
}

TSUGI_CLONES void choose_n(In counts, In alone, In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const bool several = counts[i] > 1;
    const float mean = out[i] / (where(several, counts[i]) + where(!several, 1));
    out[i] = base[i] + (where(several, mean) + where(!several, alone[i]));
  }
}

}  // namespace

void count_active(Models models, std::span<const float> base, float epsilon, std::span<float> counts) {
  std::fill(counts.begin(), counts.end(), 0.0F);
  for (const auto& model : models) count_n(model.data(), base.data(), epsilon, counts.data(), counts.size());
}

ActiveCounts active_counts(std::span<const float> model, std::span<const float> base, float epsilon,
                           std::span<const float> counts) {
  std::uint64_t alone = 0;
  std::uint64_t shared = 0;
  counts_n(model.data(), base.data(), epsilon, counts.data(), model.size(), alone, shared);
  return {static_cast<double>(alone), static_cast<double>(shared)};
}

void add_active(Models models, std::span<const float> factors, std::span<const float> base, float epsilon,
                std::span<float> out) {
  const std::size_t n = out.size();
  const std::span<float> counts = scratch(Purpose::votes, n);
  const std::span<float> alone = scratch(Purpose::weights, n);
  for (const auto& room : {counts, alone, out}) std::fill(room.begin(), room.end(), 0.0F);
  for (std::size_t i = 0; i < models.size(); ++i)
    add_n(models[i].data(), base.data(), epsilon, factors[i], counts.data(), alone.data(), out.data(), n);
  choose_n(counts.data(), alone.data(), base.data(), out.data(), n);
}

}  // namespace tsugi::merge::steps
