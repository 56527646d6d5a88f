// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The stored types of GGUF as f32.
#pragma once

#include <cstddef>
#include <span>

#include "merge/gguf/format.h"

namespace tsugi::merge::gguf {

/// `out.size()` values of whole blocks. `in` may be unaligned. In f32, operation by operation as ggml's
/// dequantize_row_* do it, so that the values are the same bits.
void dequantise(Storage type, std::span<const std::byte> in, std::span<float> out);

}  // namespace tsugi::merge::gguf
