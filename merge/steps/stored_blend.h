// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Blends of bf16 by registers that hold thirty-two of its values. By AVX-512: see avx512.h.
#pragma once

#include <cstddef>
#include <span>

#include "merge/steps/blend.h"

namespace tsugi::merge::steps {

bool can_blend_lanes(const StoredBlend& inputs);

/// As blend_stretches(). Only where can_blend_lanes().
bool blend_lanes(const StoredBlend& inputs, std::size_t begin, std::span<std::byte> out);

}  // namespace tsugi::merge::steps
