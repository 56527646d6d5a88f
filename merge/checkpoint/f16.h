// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// F16 to f32 and back, by the processor's own instructions where it has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tsugi::merge {

/// What is stored may be unaligned. Rounding is to nearest even; NaN keeps its sign and the upper bits of its
/// payload, and becomes quiet. Thread-safe.
struct F16Loops {
  std::string_view name;
  void (*widen)(const std::byte* in, float* out, std::size_t count);
  /// Returns how many of the stored values, fewer than 2^32, are infinite or NaN; so does round().
  std::uint32_t (*narrow)(const float* in, std::byte* out, std::size_t count);
  /// narrow() and widen() in place.
  std::uint32_t (*round)(float* values, std::size_t count);
};

/// Those that this processor can run, the fastest first. All give the same bits.
std::span<const F16Loops> f16_loops();

/// Whether the processor has F16C beside AVX2.
bool has_f16c();

}  // namespace tsugi::merge
