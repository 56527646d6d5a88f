// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// f32 into the types that are written.
#pragma once

#include <cstddef>
#include <span>

#include "merge/gguf/format.h"

namespace tsugi::merge::gguf {

/// F32, F16, BF16 (nearest even) or Q8_0, whose blocks of 32 values v are a scale d = max |v| / 127 as f16
/// and round(v / d), halves away from zero, with d in f32 (ggml's quantize_row_q8_0_ref). `in` is whole
/// blocks; `out` has their size. Returns how many stored values are infinite or NaN.
std::size_t store(Storage type, std::span<const float> in, std::span<std::byte> out);

}  // namespace tsugi::merge::gguf
