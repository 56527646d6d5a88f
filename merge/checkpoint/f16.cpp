// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/f16.h"

#include <bit>
#include <vector>

#include "merge/checkpoint/float_bits.h"
#include "merge/clones.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <immintrin.h>
#define TSUGI_F16C __attribute__((target("avx2,f16c")))
#endif

namespace tsugi::merge {
namespace {

constexpr std::uint32_t kBias = (127u - 15u) << 23;  // exponent bias of f32 less that of F16, in place

inline std::uint32_t widened_f16(std::uint32_t half) {
  const std::uint32_t size = half & 0x7fffu;
  const std::uint32_t normal = (size << 13) + kBias;
  const std::uint32_t special = normal + kBias;  // all ones in the exponent stay all ones
  const auto subnormal =
      std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(size)) * 0x1p-24f);
  const std::uint32_t finite = pick(size < 0x400u, subnormal, normal);
  const std::uint32_t quiet = pick(size > 0x7c00u, kQuiet, 0);
  return pick(size >= 0x7c00u, special, finite) | quiet | ((half & 0x8000u) << 16);
}

inline std::uint32_t narrowed_f16(std::uint32_t bits) {
  const std::uint32_t size = magnitude(bits);
  const std::uint32_t even = (size >> 13) & 1u;
  const std::uint32_t normal = (size + 0xfffu + even - kBias) >> 13;
  // 0.5 has the spacing 2^-24 of F16's subnormals: the addition rounds to nearest even.
  const std::uint32_t subnormal =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(size) + 0.5f) - 0x3f000000u;
  std::uint32_t half = pick(size < 0x38800000u, subnormal, normal);  // below 2^-14, the least normal
  half = pick(size >= 0x47800000u, 0x7c00u, half);  // from 2^16 on infinite; 65520 rounds there itself
  half = pick(size > kInfinity, 0x7e00u | ((size >> 13) & 0x3ffu), half);
  return half | ((bits >> 16) & 0x8000u);
}

TSUGI_CLONES void widen_plainly(const std::byte* in, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    out[i] = std::bit_cast<float>(widened_f16(load<std::uint16_t>(in + 2 * i)));
}

TSUGI_CLONES std::uint32_t narrow_plainly(const float* in, std::byte* out, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t half = narrowed_f16(std::bit_cast<std::uint32_t>(in[i]));
    store(out + 2 * i, static_cast<std::uint16_t>(half));
    bad += static_cast<std::uint32_t>((half & 0x7c00u) == 0x7c00u);
  }
  return bad;
}

TSUGI_CLONES std::uint32_t round_plainly(float* values, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = widened_f16(narrowed_f16(std::bit_cast<std::uint32_t>(values[i])));
    values[i] = std::bit_cast<float>(bits);
    bad += static_cast<std::uint32_t>((bits & kInfinity) == kInfinity);
  }
  return bad;
}

constexpr F16Loops kPlain{
    .name = "plain", .widen = widen_plainly, .narrow = narrow_plainly, .round = round_plainly};

#ifdef TSUGI_F16C
constexpr std::size_t kLanes = 8;

TSUGI_F16C void widen_by_f16c(const std::byte* in, float* out, std::size_t count) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + 2 * i))));
  widen_plainly(in + 2 * i, out + i, count - i);
}

// Few are: that there are any is asked of eight at once.
TSUGI_F16C inline std::uint32_t not_finite(__m128i halves) {
  const __m128i infinity = _mm_set1_epi16(0x7c00);
  const __m128i found = _mm_cmpeq_epi16(_mm_and_si128(halves, infinity), infinity);
  if (_mm_testz_si128(found, found) != 0) return 0;
  return static_cast<std::uint32_t>(std::popcount(static_cast<unsigned>(_mm_movemask_epi8(found)))) / 2;
}

TSUGI_F16C std::uint32_t narrow_by_f16c(const float* in, std::byte* out, std::size_t count) {
  std::uint32_t bad = 0;
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 2 * i), halves);
    bad += not_finite(halves);
  }
  return bad + narrow_plainly(in + i, out + 2 * i, count - i);
}

TSUGI_F16C std::uint32_t round_by_f16c(float* values, std::size_t count) {
  std::uint32_t bad = 0;
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT);
    _mm256_storeu_ps(values + i, _mm256_cvtph_ps(halves));
    bad += not_finite(halves);
  }
  return bad + round_plainly(values + i, count - i);
}

constexpr F16Loops kF16c{
    .name = "F16C", .widen = widen_by_f16c, .narrow = narrow_by_f16c, .round = round_by_f16c};
#endif

}  // namespace

// clang does not know the name of F16C.
bool has_f16c() {
#ifdef TSUGI_F16C
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __builtin_cpu_supports("avx2") != 0 && __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
#else
  return false;
#endif
}

std::span<const F16Loops> f16_loops() {
  static const std::vector<F16Loops> loops = [] {
    std::vector<F16Loops> all;
#ifdef TSUGI_F16C
    if (has_f16c()) all.push_back(kF16c);
#endif
    all.push_back(kPlain);
    return all;
  }();
  return loops;
}

}  // namespace tsugi::merge
