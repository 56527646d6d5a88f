// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/blend.h"

#include <algorithm>
#include <array>

#include "merge/checkpoint/tensor.h"
#include "merge/clones.h"
#include "merge/kernels/kernels.h"
#include "merge/steps/lanes.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge::steps {
namespace {

using Stored = const std::byte* __restrict__;
using In = const float* __restrict__;
using Out = float* __restrict__;

TSUGI_CLONES void widen_n(Stored x, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = widened(x + 2 * i);
}

TSUGI_CLONES void scale_n(Stored x, float factor, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = factor * widened(x + 2 * i);
}

TSUGI_CLONES void combine_n(Stored x, float a, Stored y, float b, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = a * widened(x + 2 * i) + b * widened(y + 2 * i);
}

TSUGI_CLONES void add_n(Stored x, float factor, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] += factor * widened(x + 2 * i);
}

TSUGI_CLONES void scale_delta_n(Stored x, float factor, In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = factor * (widened(x + 2 * i) - base[i]);
}

TSUGI_CLONES void combine_deltas_n(Stored x, float a, Stored y, float b, In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    out[i] = a * (widened(x + 2 * i) - base[i]) + b * (widened(y + 2 * i) - base[i]);
}

TSUGI_CLONES void add_delta_n(Stored x, float factor, In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] += factor * (widened(x + 2 * i) - base[i]);
}

TSUGI_CLONES void onto_base_n(In base, Out out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = base[i] + out[i];
}

// The base and the sum of one stretch stay in a first-level cache beside what is read and written.
constexpr std::size_t kStretch = 512;
using Stretch = std::array<float, kStretch>;

void sum_of(const StoredBlend& all, std::size_t begin, Stretch& sum, std::size_t n) {
  const auto at = [&](std::size_t i) { return all.inputs[i] + 2 * begin; };
  const std::size_t count = all.inputs.size();
  if (count == 1) return scale_n(at(0), all.factors[0], sum.data(), n);
  combine_n(at(0), all.factors[0], at(1), all.factors[1], sum.data(), n);
  for (std::size_t i = 2; i < count; ++i) add_n(at(i), all.factors[i], sum.data(), n);
}

void sum_onto_base(const StoredBlend& all, std::size_t begin, Stretch& base, Stretch& sum, std::size_t n) {
  const auto at = [&](std::size_t i) { return all.inputs[i] + 2 * begin; };
  const std::size_t count = all.inputs.size();
  widen_n(all.base + 2 * begin, base.data(), n);
  if (count == 1) {
    scale_delta_n(at(0), all.factors[0], base.data(), sum.data(), n);
  } else {
    combine_deltas_n(at(0), all.factors[0], at(1), all.factors[1], base.data(), sum.data(), n);
  }
  for (std::size_t i = 2; i < count; ++i) add_delta_n(at(i), all.factors[i], base.data(), sum.data(), n);
  onto_base_n(base.data(), sum.data(), n);
}

}  // namespace

void blend(Blend form, const Tile& tile, std::span<const float> factors, std::span<float> out) {
  if (form == Blend::onto_base) return add_deltas(tile.models, factors, tile.base, out);
  if (factors.size() == tile.models.size()) return weighted_sum(tile.models, factors, out);
  thread_local std::vector<std::span<const float>> inputs;
  inputs.assign(1, tile.base);
  inputs.insert(inputs.end(), tile.models.begin(), tile.models.end());
  weighted_sum(inputs, factors, out);
}

std::optional<StoredBlend> stored_blend(Blend form, const StoredTile& tile, std::span<const float> factors) {
  StoredBlend blend{.type = tile.type};
  if (form == Blend::onto_base) {
    if (tile.base == nullptr) return std::nullopt;
    blend.base = tile.base;
  }
  const std::size_t with_base = factors.size() - tile.models.size();  // 1 where the base comes first
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (factors[i] == 0) continue;
    const std::byte* const input = i < with_base ? tile.base : tile.models[i - with_base];
    if (input == nullptr) return std::nullopt;
    blend.inputs.push_back(input);
    blend.factors.push_back(factors[i]);
  }
  return blend;
}

bool blend_stretches(const StoredBlend& all, std::size_t begin, std::span<std::byte> out) {
  alignas(64) Stretch base;
  alignas(64) Stretch sum;
  const std::size_t elements = out.size() / 2;
  std::size_t bad = 0;
  for (std::size_t at = 0; at < elements; at += kStretch) {
    const std::size_t n = std::min(kStretch, elements - at);
    if (all.inputs.empty()) {
      sum.fill(0);
      if (all.base != nullptr) widen_n(all.base + 2 * (begin + at), sum.data(), n);
    } else if (all.base == nullptr) {
      sum_of(all, begin + at, sum, n);
    } else {
      sum_onto_base(all, begin + at, base, sum, n);
    }
    bad += from_f32(DType::BF16, std::span<const float>(sum).first(n), out.subspan(2 * at, 2 * n));
  }
  return bad == 0;
}

bool blend_stored(const StoredBlend& all, std::size_t begin, std::span<std::byte> out) {
  const kernels::Kernels* const fast = kernels::active(all.type);
  if (fast != nullptr && !all.inputs.empty() && all.inputs.size() <= kernels::kMostInputs)
    return fast->blend(all, begin, out);
  return all.type == DType::BF16 && blend_stretches(all, begin, out);
}

}  // namespace tsugi::merge::steps
