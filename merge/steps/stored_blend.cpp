// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/stored_blend.h"

#include <cstdint>
#include <cstdlib>

#include "merge/steps/stored_lanes.h"

namespace tsugi::merge::steps {

#if TSUGI_HAS_AVX512
namespace {

// Of more a blend goes by stretches: these stay in the nearest cache.
constexpr std::size_t kMostTerms = 16;

// What is added; kInputs of them, or as many as `count` says.
template <std::size_t kInputs>
struct Terms {
  static constexpr std::size_t kRoom = kInputs == 0 ? kMostTerms : kInputs;
  std::size_t count;
  const std::byte* base;
  const std::byte* x[kRoom];
  __m512 factor[kRoom];
};

template <std::size_t kInputs>
TSUGI_AVX512_INLINE std::size_t size(const Terms<kInputs>& terms) {
  return kInputs == 0 ? terms.count : kInputs;
}

template <bool kOntoBase>
TSUGI_AVX512_INLINE Widened32 scaled(Widened32 x, const Widened32& base, __m512 factor) {
  if constexpr (kOntoBase) x = {_mm512_sub_ps(x.even, base.even), _mm512_sub_ps(x.odd, base.odd)};
  return {_mm512_mul_ps(factor, x.even), _mm512_mul_ps(factor, x.odd)};
}

TSUGI_AVX512_INLINE Widened32 added(const Widened32& x, const Widened32& y) {
  return {_mm512_add_ps(x.even, y.even), _mm512_add_ps(x.odd, y.odd)};
}

template <bool kOntoBase, bool kAll, std::size_t kInputs>
TSUGI_AVX512_INLINE void blend32(const Terms<kInputs>& terms, std::size_t i, std::uint32_t there,
                                 std::byte* out, __m512i& largest) {
  const std::size_t at = i * kWidth;
  Widened32 base{};
  if constexpr (kOntoBase) base = widen32<kAll>(terms.base + at, there);
  Widened32 sum = scaled<kOntoBase>(widen32<kAll>(terms.x[0] + at, there), base, terms.factor[0]);
  for (std::size_t k = 1; k < size(terms); ++k)
    sum = added(sum, scaled<kOntoBase>(widen32<kAll>(terms.x[k] + at, there), base, terms.factor[k]));
  if constexpr (kOntoBase) sum = added(base, sum);
  narrow32<kAll>(sum, there, out + at, largest);
}

template <bool kOntoBase, std::size_t kInputs>
TSUGI_AVX512 bool blend_n(const StoredBlend& all, std::size_t begin, std::size_t n, std::byte* out) {
  Terms<kInputs> terms;  // not written to through `out`
  terms.count = all.inputs.size();
  terms.base = kOntoBase ? all.base + begin * kWidth : nullptr;
  for (std::size_t k = 0; k < size(terms); ++k) {
    terms.x[k] = all.inputs[k] + begin * kWidth;
    terms.factor[k] = _mm512_set1_ps(all.factors[k]);
  }
  __m512i largest = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + kPairs <= n; i += kPairs) blend32<kOntoBase, true>(terms, i, 0, out, largest);
  if (i < n) blend32<kOntoBase, false>(terms, i, pairs_from(i, n), out, largest);
  return all_finite(largest);
}

// With the number of usual inputs known, all their numbers stay in registers.
template <bool kOntoBase>
bool blend_inputs(const StoredBlend& all, std::size_t begin, std::span<std::byte> out) {
  const std::size_t n = out.size() / kWidth;
  if (all.inputs.size() == 1) return blend_n<kOntoBase, 1>(all, begin, n, out.data());
  if (all.inputs.size() == 2) return blend_n<kOntoBase, 2>(all, begin, n, out.data());
  if (all.inputs.size() == 3) return blend_n<kOntoBase, 3>(all, begin, n, out.data());
  return blend_n<kOntoBase, 0>(all, begin, n, out.data());
}

}  // namespace

bool can_blend_lanes(const StoredBlend& all) {
  return can_use_avx512() && !all.inputs.empty() && all.inputs.size() <= kMostTerms;
}

bool blend_lanes(const StoredBlend& all, std::size_t begin, std::span<std::byte> out) {
  return all.base == nullptr ? blend_inputs<false>(all, begin, out) : blend_inputs<true>(all, begin, out);
}
#else
bool can_blend_lanes(const StoredBlend&) {
  return false;
}
bool blend_lanes(const StoredBlend&, std::size_t, std::span<std::byte>) {
  std::abort();  // never called
}
#endif

}  // namespace tsugi::merge::steps
