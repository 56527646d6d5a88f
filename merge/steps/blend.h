// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Results that are a sum of the inputs with one factor each: from f32, and from 16 bits straight into the
// same in one go over memory. Both make the same additions in the same order, so they give the same bits.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "merge/methods/method.h"

namespace tsugi::merge::steps {

/// out = what Blend says of a tile and its factors.
void blend(Blend form, const Tile& tile, std::span<const float> factors, std::span<float> out);

/// The inputs of a blend as they lie in files; those with a factor of 0 are left out.
struct StoredBlend {
  DType type = DType::BF16;         ///< of all, BF16 or F16
  const std::byte* base = nullptr;  ///< null unless results go onto it
  std::vector<const std::byte*> inputs = {};
  std::vector<float> factors = {};
};

/// What blend() makes of such inputs; none where one with a factor is missing.
std::optional<StoredBlend> stored_blend(Blend form, const StoredTile& tile, std::span<const float> factors);

/// Writes `out` in the inputs' type, rounded to nearest even from f32: a blend's values from `begin` on.
/// False, and `out` is of no use, if one of them is infinite or NaN, as an input that is makes it, or there
/// is no way for the type on this processor.
bool blend_stored(const StoredBlend& inputs, std::size_t begin, std::span<std::byte> out);

/// The same of bf16 on any processor, by way of f32 in a first-level cache.
bool blend_stretches(const StoredBlend& inputs, std::size_t begin, std::span<std::byte> out);

}  // namespace tsugi::merge::steps
