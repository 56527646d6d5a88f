// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Results that are a sum of the inputs with one factor each: from f32, and from bf16 straight into bf16 in
// one go over memory. Both make the same additions in the same order, so they give the same bits.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "merge/methods/method.h"

namespace tsugi::merge::steps {

/// out = what Blend says of a tile and its factors.
void blend(Blend form, const Tile& tile, std::span<const float> factors, std::span<float> out);

/// The inputs of a blend as they lie in files of bf16; those with a factor of 0 are left out.
struct StoredBlend {
  const std::byte* base = nullptr;  ///< null unless results go onto it
  std::vector<const std::byte*> inputs = {};
  std::vector<float> factors = {};
};

/// Writes `out` in bf16, rounded to nearest even from f32: a blend's values from `begin` on. False if one of
/// them is infinite or NaN, as an input that is makes it.
bool blend_stored(const StoredBlend& inputs, std::size_t begin, std::span<std::byte> out);

/// The same on any processor, by way of f32 in a first-level cache.
bool blend_stretches(const StoredBlend& inputs, std::size_t begin, std::span<std::byte> out);

}  // namespace tsugi::merge::steps
