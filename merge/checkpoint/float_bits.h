// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What conversions between floating types are made of.
//
// Bits are picked by masks, not by ?:, because GCC turns a conditional around floating-point work into a
// branch and then gives up vectorising. Nothing made of this reads or makes a subnormal float, so
// flush-to-zero modes change no result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tsugi::merge {

inline constexpr std::uint32_t kInfinity = 0x7f800000;  ///< of f32; above it, without sign, is NaN
inline constexpr std::uint32_t kQuiet = 0x00400000;     ///< the bit that makes an f32 NaN quiet

inline std::uint32_t pick(bool condition, std::uint32_t yes, std::uint32_t no) {
  const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
  return (yes & mask) | (no & ~mask);
}

inline std::uint32_t magnitude(std::uint32_t bits) {
  return bits & 0x7fffffffu;
}

template <class T>
inline T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <class T>
inline void store(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof(T));
}

}  // namespace tsugi::merge
