// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/random_mask.h"

#include <fmt/format.h>

#include <bit>
#include <string>

#include "merge/clones.h"

namespace tsugi::merge::steps {
namespace {

// A mask in place of a conditional: GCC 12 vectorises this.
TSUGI_CLONES void keep_below(const float* x, const float* base, float* out, std::size_t n, std::uint64_t key,
                             std::uint64_t first, std::uint32_t limit) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t mask = 0u - static_cast<std::uint32_t>(draw(key, first + i) < limit);
    out[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x[i] - base[i]) & mask);
  }
}

}  // namespace

std::uint64_t mask_key(std::uint64_t seed, std::size_t model, std::string_view tensor) {
  std::uint64_t state = 0xcbf29ce484222325ULL;  // FNV's offset basis and prime
  for (const char c : fmt::format("{}\n{}\n{}", seed, model, tensor))
    state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return state;
}

void subtract_at_random(std::span<const float> x, std::span<const float> base, std::span<float> out,
                        std::uint64_t key, std::uint64_t first, double probability) {
  keep_below(x.data(), base.data(), out.data(), out.size(), key, first, limit_of(probability));
}

}  // namespace tsugi::merge::steps
