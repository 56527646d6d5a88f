// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/stored_gram.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "merge/checkpoint/tensor.h"
#include "merge/kernels/kernels.h"
#include "merge/steps/gram.h"
#include "merge/steps/group_sums.h"
#include "merge/steps/lanes.h"

namespace tsugi::merge::steps {
namespace {

using Words [[gnu::vector_size(kHalf * sizeof(std::uint32_t))]] = std::uint32_t;

constexpr std::size_t kWidth = sizeof(std::uint16_t);

// Two neighbours of 16 bits are one word, the first its lower half. Here what is an upper half of each.
// Vectors larger than a register of the lowest instruction set must not be returned.
struct Bf16 {
  [[gnu::always_inline]] static void widen(Words halves, Floats& out) {
    std::memcpy(&out, &halves, sizeof(out));
  }
};

// Exponent and fraction, moved to where f32 has them, lack the difference of the exponents' biases: 112.
struct F16 {
  [[gnu::always_inline]] static void widen(Words halves, Floats& out) {
    Words bits = halves >> 3 & 0x0fffe000U;
    std::memcpy(&out, &bits, sizeof(out));
    out *= 0x1p112F;
    const Words special = reinterpret_cast<Words>(bits >= 0x0f800000U) & 0x7f800000U;
    std::memcpy(&bits, &out, sizeof(out));
    bits |= special | (halves & 0x80000000U);
    std::memcpy(&out, &bits, sizeof(out));
  }
};

template <class Type, bool kOdd>
[[gnu::always_inline]] inline void widen(const std::byte* stored, Floats& out) {
  Words words;
  std::memcpy(&words, stored, sizeof(words));
  Type::widen(kOdd ? words & 0xffff0000U : words << 16, out);
}

template <class Type, std::size_t kVectors, bool kDeltas, bool kOdd, std::size_t kSums>
[[gnu::always_inline]] inline void add_products(const std::byte* const* x, const std::byte* base,
                                                std::size_t at, std::array<Floats, kSums>& sums) {
  std::array<Floats, kVectors> values;
  Floats from{};
  if constexpr (kDeltas) widen<Type, kOdd>(base + at, from);
  for (std::size_t v = 0; v < kVectors; ++v) {
    widen<Type, kOdd>(x[v] + at, values[v]);
    if constexpr (kDeltas) values[v] -= from;
  }
  std::size_t place = 0;
  for (std::size_t v = 0; v < kVectors; ++v) {
    for (std::size_t w = v; w < kVectors; ++w) sums[place++] += values[v] * values[w];
  }
}

template <class Type, std::size_t kVectors, bool kDeltas>
void gram_n(const std::byte* const* x, const std::byte* base, std::size_t whole, Sum* out) {
  constexpr std::size_t kSums = gram_size(kVectors);
  constexpr std::size_t kEightWords = kHalf * sizeof(std::uint32_t);
  std::fill_n(out, kSums, Sum{});
  const std::size_t bytes = whole * kWidth;
  for (std::size_t at = 0; at < bytes;) {
    const std::size_t end = std::min(bytes, at + kGroup * kWidth);
    std::array<Floats, kSums> low{};
    std::array<Floats, kSums> high{};
    for (; at < end; at += kLine * kWidth) {
      add_products<Type, kVectors, kDeltas, false>(x, base, at, low);
      add_products<Type, kVectors, kDeltas, true>(x, base, at, low);
      add_products<Type, kVectors, kDeltas, false>(x, base, at + kEightWords, high);
      add_products<Type, kVectors, kDeltas, true>(x, base, at + kEightWords, high);
    }
    for (std::size_t i = 0; i < kSums; ++i) add_lanes(low[i], high[i], out[i]);
  }
}

// As kernels::Kernels::gram, on any processor.
template <class Type>
void gram_of_lanes(std::size_t count, const std::byte* const* x, const std::byte* base, std::size_t whole,
                   Sum* sums) {
  if (base == nullptr) {
    if (count == 1) gram_n<Type, 1, false>(x, nullptr, whole, sums);
    if (count == 2) gram_n<Type, 2, false>(x, nullptr, whole, sums);
    if (count == 3) gram_n<Type, 3, false>(x, nullptr, whole, sums);
    return;
  }
  if (count == 1) gram_n<Type, 1, true>(x, base, whole, sums);
  if (count == 2) gram_n<Type, 2, true>(x, base, whole, sums);
  if (count == 3) gram_n<Type, 3, true>(x, base, whole, sums);
}

auto gram_for(DType type) {
  if (const kernels::Kernels* const fast = kernels::active(type)) return fast->gram;
  return type == DType::BF16 ? gram_of_lanes<Bf16> : gram_of_lanes<F16>;
}

// What a line does not hold, in f32.
void add_rest(const StoredVectors& of, std::size_t whole, std::span<double> out) {
  const std::size_t rest = of.size - whole;
  using Rest = std::array<float, kLine>;
  const auto read = [&](const std::byte* stored, Rest& values) {
    to_f32(of.type, {stored + whole * kWidth, rest * kWidth}, std::span(values).first(rest));
  };
  Rest from{};
  if (of.base != nullptr) read(of.base, from);
  std::array<Rest, kMostStoredVectors> values{};
  for (std::size_t v = 0; v < of.vectors.size(); ++v) {
    read(of.vectors[v], values[v]);
    for (std::size_t i = 0; i < rest; ++i) values[v][i] -= from[i];
  }
  for (std::size_t i = 0; i < rest; ++i) {
    std::size_t at = 0;
    for (std::size_t v = 0; v < of.vectors.size(); ++v) {
      for (std::size_t w = v; w < of.vectors.size(); ++w) out[at++] += product(values[v][i], values[w][i]);
    }
  }
}

}  // namespace

bool gram_stored(const StoredVectors& of, std::span<double> out) {
  const std::size_t count = of.vectors.size();
  const std::size_t whole = of.size - of.size % kLine;
  std::array<Sum, gram_size(kMostStoredVectors)> sums;
  gram_for(of.type)(count, of.vectors.data(), of.base, whole, sums.data());
  for (std::size_t at = 0; at < gram_size(count); ++at) out[at] = sums[at].folded();
  if (whole < of.size) add_rest(of, whole, out);
  const Gram gram(out, count);
  for (std::size_t v = 0; v < count; ++v) {
    if (!holds_squares(gram.dot(v, v), of.size)) return false;
  }
  return true;
}

}  // namespace tsugi::merge::steps
