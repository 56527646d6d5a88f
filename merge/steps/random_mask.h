// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Random masks that depend on nothing but a seed, the place of a model, the tensor's name and the element:
// the same for any order of work, number of threads and machine, and never stored. The generator is
// SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators") started at a hash of
// the first three.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tsugi::merge::steps {

/// 64-bit FNV-1a of the text `seed "\n" model "\n" tensor`; `model` counts from 0, the base left out,
/// `tensor` is the output's name.
std::uint64_t mask_key(std::uint64_t seed, std::size_t model, std::string_view tensor);

/// 2^24 draws differ: as many as f32 has between .5 and 1 twice over.
inline constexpr double kDraws = 1U << 24;

// SplitMix64's own.
inline constexpr std::uint64_t kDrawStep = 0x9e3779b97f4a7c15ULL;
inline constexpr std::uint64_t kFirstFactor = 0xbf58476d1ce4e5b9ULL;
inline constexpr std::uint64_t kSecondFactor = 0x94d049bb133111ebULL;

/// 64 random bits for a flat element.
inline std::uint64_t draw_bits(std::uint64_t key, std::uint64_t element) {
  std::uint64_t z = key + (element + 1) * kDrawStep;
  z = (z ^ (z >> 30)) * kFirstFactor;
  z = (z ^ (z >> 27)) * kSecondFactor;
  return z ^ (z >> 31);
}

/// A draw from 0, 1, ..., kDraws - 1; divided by kDraws it is u in [0, 1).
inline std::uint32_t draw_of(std::uint64_t bits) {
  return static_cast<std::uint32_t>(bits >> 40);
}
inline std::uint32_t draw(std::uint64_t key, std::uint64_t element) {
  return draw_of(draw_bits(key, element));
}

/// The draws of which a share of `probability` is below: u < probability exactly where draw() < limit_of().
inline std::uint32_t limit_of(double probability) {
  // An integer is below p 2^24 exactly if it is below the next integer up.
  return static_cast<std::uint32_t>(std::ceil(std::clamp(probability, 0.0, 1.0) * kDraws));
}

/// out = x - base where u < probability, else 0. out[0] is flat element `first`.
void subtract_at_random(std::span<const float> x, std::span<const float> base, std::span<float> out,
                        std::uint64_t key, std::uint64_t first, double probability);

}  // namespace tsugi::merge::steps
