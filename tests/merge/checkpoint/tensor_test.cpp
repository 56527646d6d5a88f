// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/tensor.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "merge/checkpoint/f16.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::uint32_t kAllHalves = 65536;

// What a 16-bit pattern means, from its fields: `fraction` bits of significand, exponent bias `bias`.
double meaning(std::uint32_t bits, int fraction, int bias) {
  const double sign = (bits & 0x8000u) != 0 ? -1 : 1;
  const int exponent = static_cast<int>((bits & 0x7fffu) >> fraction);
  const std::uint32_t significand = bits & ((1u << fraction) - 1);
  const int top = (1 << (15 - fraction)) - 1;
  if (exponent == top) return significand != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * INFINITY;
  const double value = exponent == 0 ? significand : significand + std::ldexp(1.0, fraction);
  return sign * std::ldexp(value, (exponent == 0 ? 1 : exponent) - bias - fraction);
}

struct Half {
  DType type;
  int fraction;
  int bias;
};
constexpr Half kF16{DType::F16, 10, 15};
constexpr Half kBF16{DType::BF16, 7, 127};

// The pattern of the nearest value, by definition: search all magnitudes, ties to the even pattern. The step
// past the largest finite value counts as one more value of the grid, which is how rounding decides about
// overflow.
std::uint32_t nearest_half(float value, const Half& half) {
  const std::uint32_t sign = std::signbit(value) ? 0x8000u : 0u;
  const std::uint32_t infinity = 0x7fffu & ~((1u << half.fraction) - 1);
  const double size = std::fabs(static_cast<double>(value));
  if (std::isinf(value)) return sign | infinity;
  const auto grid = [&](std::uint32_t bits) {
    return bits == infinity ? std::ldexp(1.0, (1 << (15 - half.fraction)) - 1 - half.bias)
                            : meaning(bits, half.fraction, half.bias);
  };
  std::uint32_t low = 0;
  std::uint32_t high = infinity;
  while (high - low > 1) {
    const std::uint32_t middle = (low + high) / 2;
    (grid(middle) <= size ? low : high) = middle;
  }
  const double below = size - grid(low);
  const double above = grid(high) - size;
  const bool up = above < below || (above == below && low % 2 == 1);
  return sign | (up ? high : low);
}

std::vector<std::byte> stored(DType type, std::span<const float> values, std::size_t* bad = nullptr) {
  std::vector<std::byte> bytes(values.size() * tsugi::bytes(type));
  const std::size_t count = from_f32(type, values, bytes);
  if (bad != nullptr) *bad = count;
  return bytes;
}

std::vector<float> loaded(DType type, std::span<const std::byte> bytes) {
  std::vector<float> values(bytes.size() / tsugi::bytes(type));
  to_f32(type, bytes, values);
  return values;
}

std::uint16_t half_at(std::span<const std::byte> bytes, std::size_t i) {
  std::uint16_t half = 0;
  std::memcpy(&half, bytes.data() + 2 * i, 2);
  return half;
}

// Every pattern, at an odd address: what is not aligned is read all the same.
std::vector<float> all_halves(const Half& half) {
  std::vector<std::byte> bytes(1 + 2 * kAllHalves);
  for (std::uint32_t bits = 0; bits < kAllHalves; ++bits) {
    const auto pattern = static_cast<std::uint16_t>(bits);
    std::memcpy(bytes.data() + 1 + 2 * bits, &pattern, 2);
  }
  return loaded(half.type, std::span(bytes).subspan(1));
}

// Bit patterns of f32 that are worth a look for a 16-bit type: every representable value, every midpoint, and
// one step to either side of both.
std::vector<float> edges(const Half& half) {
  std::vector<float> values;
  const std::vector<float> grid = all_halves(half);
  for (std::uint32_t bits = 0; bits < kAllHalves; ++bits) {
    if (!std::isfinite(grid[bits])) continue;
    const bool next_is_finite = std::isfinite(grid[(bits + 1) % kAllHalves]);
    const float next = next_is_finite ? grid[(bits + 1) % kAllHalves] : 2 * grid[bits];
    for (const float centre :
         {grid[bits], static_cast<float>((static_cast<double>(grid[bits]) + next) / 2)}) {
      if (!std::isfinite(centre)) continue;
      values.insert(values.end(),
                    {std::nextafter(centre, -INFINITY), centre, std::nextafter(centre, INFINITY)});
    }
  }
  values.insert(values.end(),
                {INFINITY, -INFINITY, 65519.996F, 65520.0F, -65520.0F, 1e-45F, -1e-45F, 2.98023224e-8F,
                 std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()});
  return values;
}

std::vector<float> random_patterns(std::size_t count) {
  std::mt19937 bits(20260101);
  std::vector<float> values;
  while (values.size() < count) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(bits()));
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

void expect_nearest(const Half& half, const std::vector<float>& values) {
  std::size_t bad = 0;
  const std::vector<std::byte> bytes = stored(half.type, values, &bad);
  std::vector<float> rounded = values;
  EXPECT_EQ(round_to(half.type, rounded), bad);
  const std::vector<float> back = loaded(half.type, bytes);
  std::size_t infinite = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t expected = nearest_half(values[i], half);
    ASSERT_EQ(half_at(bytes, i), expected) << std::hexfloat << values[i];
    ASSERT_EQ(std::bit_cast<std::uint32_t>(rounded[i]), std::bit_cast<std::uint32_t>(back[i])) << values[i];
    infinite += std::isinf(meaning(expected, half.fraction, half.bias)) ? 1 : 0;
  }
  EXPECT_EQ(bad, infinite);
}

TEST(Shape, ElementsAndText) {
  EXPECT_EQ(elements({}), 1U);
  EXPECT_EQ(elements({3, 0, 2}), 0U);
  EXPECT_EQ(elements({768, 128}), 98304U);
  EXPECT_EQ(text({768, 128}), "[768, 128]");
  EXPECT_EQ(text(Shape{}), "[]");
}

TEST(ToF32, EveryF16AndBF16PatternIsExact) {
  for (const Half& half : {kF16, kBF16}) {
    const std::vector<float> values = all_halves(half);
    for (std::uint32_t bits = 0; bits < kAllHalves; ++bits) {
      const double expected = meaning(bits, half.fraction, half.bias);
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(values[bits])) << bits;
      } else {
        ASSERT_EQ(values[bits], expected) << bits;
      }
      ASSERT_EQ(std::signbit(values[bits]), bits >= 0x8000u) << bits;
    }
  }
}

TEST(FromF32, EveryF16AndBF16PatternComesBack) {
  for (const Half& half : {kF16, kBF16}) {
    const std::vector<float> values = all_halves(half);
    const std::vector<std::byte> bytes = stored(half.type, values);
    for (std::uint32_t bits = 0; bits < kAllHalves; ++bits) {
      const std::uint32_t quiet = 1u << (half.fraction - 1);
      ASSERT_EQ(half_at(bytes, bits), std::isnan(values[bits]) ? bits | quiet : bits);
    }
  }
}

TEST(FromF32, RoundsToNearestEvenAtEveryEdge) {
  for (const Half& half : {kF16, kBF16}) expect_nearest(half, edges(half));
}

TEST(FromF32, RoundsRandomPatternsToNearestEven) {
  for (const Half& half : {kF16, kBF16}) expect_nearest(half, random_patterns(300'000));
}

std::vector<std::uint32_t> bits_of(const std::vector<float>& values) {
  std::vector<std::uint32_t> bits;
  for (const float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return bits;
}

// What the processor's instructions give, which the tests above look at, plain code gives too.
TEST(F16Loops, AllGiveTheSameBits) {
  std::vector<float> values = edges(kF16);
  const std::vector<float> more = random_patterns(100'000);
  values.insert(values.end(), more.begin(), more.end());
  for (const std::uint32_t nan : {0x7fc00000u, 0x7fa00000u, 0x7f800001u, 0xff802001u, 0xffffffffu})
    values.insert(values.begin(), std::bit_cast<float>(nan));
  std::vector<std::byte> halves(std::size_t{2} * kAllHalves);
  for (std::uint32_t bits = 0; bits < kAllHalves; ++bits) std::memcpy(&halves[2 * bits], &bits, 2);
  const F16Loops& first = f16_loops().front();
  for (const F16Loops& loops : f16_loops()) {
    std::vector<float> wanted(kAllHalves);
    std::vector<float> widened(kAllHalves);
    first.widen(halves.data(), wanted.data(), wanted.size());
    loops.widen(halves.data(), widened.data(), widened.size());
    EXPECT_EQ(bits_of(widened), bits_of(wanted)) << loops.name;
    std::vector<std::byte> stored(2 * values.size());
    std::vector<std::byte> wanted_stored(stored.size());
    const std::uint32_t bad = first.narrow(values.data(), wanted_stored.data(), values.size());
    EXPECT_EQ(loops.narrow(values.data(), stored.data(), values.size()), bad) << loops.name;
    EXPECT_EQ(stored, wanted_stored) << loops.name;
    std::vector<float> rounded = values;
    EXPECT_EQ(loops.round(rounded.data(), rounded.size()), bad) << loops.name;
    std::vector<float> back(values.size());
    first.widen(stored.data(), back.data(), back.size());
    EXPECT_EQ(bits_of(rounded), bits_of(back)) << loops.name;
  }
}

TEST(FromF32, NanStaysNanKeepsItsSignAndBecomesQuiet) {
  // Quiet, signalling with the highest and with the lowest payload bit, both signs.
  for (const std::uint32_t pattern : {0x7fc00000u, 0x7fa00000u, 0x7f800001u, 0xff800001u, 0xffffffffu}) {
    const std::vector<float> value(11,
                                   std::bit_cast<float>(pattern));  // enough for a vector loop and its rest
    for (const DType type : {DType::F16, DType::BF16, DType::F32, DType::F64}) {
      std::size_t bad = 0;
      const std::vector<float> back = loaded(type, stored(type, value, &bad));
      EXPECT_EQ(bad, value.size());
      std::vector<float> rounded = value;
      EXPECT_EQ(round_to(type, rounded), value.size());
      for (const float result : {back.front(), back.back(), rounded.front(), rounded.back()}) {
        const auto bits = std::bit_cast<std::uint32_t>(result);
        EXPECT_EQ(bits & 0xffc00000u, (pattern & 0x80000000u) | 0x7fc00000u) << name(type) << ' ' << pattern;
      }
    }
  }
}

TEST(FromF32, F32AndF64AreExact) {
  const std::vector<float> values = random_patterns(10'000);
  for (const DType type : {DType::F32, DType::F64}) {
    const std::vector<float> back = loaded(type, stored(type, values));
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(back[i]), std::bit_cast<std::uint32_t>(values[i]));
    }
  }
}

TEST(ToF32, RoundsF64ToNearestEven) {
  // Halfway between 1 and the next f32, and between that one and its next; half the least subnormal; beyond
  // the largest.
  const std::vector<double> wide{1 + 0x1p-24, 1 + 3 * 0x1p-24, 0x1p-150, 1e300, -1e-320};
  std::vector<std::byte> bytes(1 + wide.size() * 8);
  std::memcpy(bytes.data() + 1, wide.data(), wide.size() * 8);
  const std::vector<float> values = loaded(DType::F64, std::span(bytes).subspan(1));
  EXPECT_EQ(values, (std::vector<float>{1, 1 + 0x1p-22F, 0, INFINITY, -0.0F}));
}

TEST(FromF32, CountsInfinitiesBeyondOneBlock) {
  std::vector<float> values((std::size_t{1} << 20) + 3, 1.0F);
  values.front() = 1e6F;
  values.back() = -1e6F;
  std::size_t bad = 0;
  const std::vector<std::byte> bytes = stored(DType::F16, values, &bad);
  EXPECT_EQ(bad, 2U);
  EXPECT_EQ(half_at(bytes, 0), 0x7c00);
  EXPECT_EQ(half_at(bytes, values.size() - 1), 0xfc00);
  EXPECT_EQ(half_at(bytes, values.size() / 2), 0x3c00);
}

TEST(Conversions, RefuseOtherTypesAndWrongSizes) {
  std::vector<float> values(4);
  std::vector<std::byte> bytes(7);
  EXPECT_THROW(to_f32(DType::F16, bytes, values), Error);
  EXPECT_THROW(from_f32(DType::I64, values, bytes), Error);
  EXPECT_THROW(round_to(DType::U8, values), Error);
}

TEST(ToFiniteF32, TellsWhetherEveryValueIsFinite) {
  for (const DType type : {DType::F32, DType::F16, DType::BF16, DType::F64}) {
    const std::vector<float> values{1, -2, 0.5F, 0, -0.0F, 60000, 1e-7F};
    const std::vector<std::byte> good = stored(type, values);
    std::vector<float> out(values.size());
    EXPECT_TRUE(to_finite_f32(type, good, out)) << name(type);
    EXPECT_EQ(out, loaded(type, good)) << name(type);
    for (const float bad : {INFINITY, -INFINITY, std::numeric_limits<float>::quiet_NaN()}) {
      for (std::size_t place = 0; place < values.size(); ++place) {
        std::vector<float> some = values;
        some[place] = bad;
        EXPECT_FALSE(to_finite_f32(type, stored(type, some), out)) << name(type) << " " << place;
      }
    }
  }
  const std::vector<double> large{1, 1e300};
  std::vector<float> out(2);
  EXPECT_FALSE(to_finite_f32(DType::F64, std::as_bytes(std::span(large)), out));
}

TEST(AllFinite, TellsInfinityAndNan) {
  EXPECT_TRUE(all_finite(std::vector<float>{1, -std::numeric_limits<float>::max(), 0}));
  EXPECT_FALSE(all_finite(std::vector<float>{1, -INFINITY}));
  EXPECT_FALSE(all_finite(std::vector<float>{std::numeric_limits<float>::quiet_NaN()}));
  EXPECT_TRUE(all_finite({}));
}

}  // namespace
}  // namespace tsugi::merge
