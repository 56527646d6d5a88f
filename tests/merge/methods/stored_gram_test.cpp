// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrix straight from 16 bits against plain loops in the same order, bit by bit, and against the one
// from f32.
#include "merge/steps/stored_gram.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <random>

#include "merge/steps/gram.h"
#include "tests/support/merge_kernels.h"
#include "tests/support/stored.h"

namespace tsugi::merge::steps {
namespace {

using Values = std::vector<float>;

Values halves(DType type, std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  Values values(count);
  for (float& value : values) value = static_cast<float>(random() % 20001) / 10000 - 1;
  round_to(type, values);
  return values;
}

struct Made {
  DType type = DType::BF16;
  std::vector<Values> vectors = {};
  Values base = {};

  // None where gram_stored() refuses.
  std::optional<std::vector<double>> straight() const {
    std::vector<std::vector<std::byte>> files;
    std::vector<const std::byte*> places;
    for (const Values& vector : vectors) files.push_back(tests::stored_as(type, vector));
    for (const auto& file : files) places.push_back(file.data());
    const std::vector<std::byte> stored = tests::stored_as(type, base);
    std::vector<double> out(gram_size(vectors.size()));
    const StoredVectors of{.type = type,
                           .vectors = places,
                           .base = base.empty() ? nullptr : stored.data(),
                           .size = vectors[0].size()};
    if (!gram_stored(of, out)) return std::nullopt;
    return out;
  }

  std::vector<double> from_f32() const {
    const std::vector<std::span<const float>> spans(vectors.begin(), vectors.end());
    std::vector<double> out(gram_size(vectors.size()));
    gram(spans, base, out);
    return out;
  }
};

Made make(std::size_t vectors, std::size_t size, bool with_base, DType type = DType::BF16) {
  Made made{.type = type};
  for (std::size_t i = 0; i < vectors; ++i)
    made.vectors.push_back(halves(type, size, static_cast<std::uint32_t>(i)));
  if (with_base) made.base = halves(type, size, 77);
  return made;
}

// In the order that steps/lanes.h says, one plain f32 operation after the other.
double in_groups(const Made& made, std::size_t i, std::size_t j) {
  const std::size_t size = made.vectors[0].size();
  const auto value = [&](std::size_t v, std::size_t k) {
    return made.base.empty() ? made.vectors[v][k] : made.vectors[v][k] - made.base[k];
  };
  std::array<double, 16> sums{};
  const std::size_t whole = size - size % 32;
  for (std::size_t begin = 0; begin < whole; begin += 128) {
    for (std::size_t lane = 0; lane < 16; ++lane) {
      float sum = 0;
      for (std::size_t line = begin; line < std::min(whole, begin + 128); line += 32) {
        for (const std::size_t k : {line + 2 * lane, line + 2 * lane + 1}) {
          const float product = value(i, k) * value(j, k);
          sum += product;
        }
      }
      sums[lane] += static_cast<double>(sum);
    }
  }
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  for (std::size_t k = whole; k < size; ++k)
    sums[0] += static_cast<double>(value(i, k)) * static_cast<double>(value(j, k));
  return sums[0];
}

void expect_groups(const Made& made, const std::string& what) {
  std::vector<double> wanted;
  for (std::size_t i = 0; i < made.vectors.size(); ++i) {
    for (std::size_t j = i; j < made.vectors.size(); ++j) wanted.push_back(in_groups(made, i, j));
  }
  tests::with_all_kernels([&] { EXPECT_EQ(made.straight(), wanted) << what; });
}

TEST(StoredGram, AddsInGroupsOfF32WithAnyKernels) {
  for (const DType type : {DType::BF16, DType::F16}) {
    for (const std::size_t size : {1, 31, 32, 33, 127, 128, 1000, 1024}) {
      for (std::size_t vectors = 1; vectors <= kMostStoredVectors; ++vectors) {
        for (const bool with_base : {false, true}) {
          expect_groups(make(vectors, size, with_base, type),
                        fmt::format("{} {} {} {}", name(type), size, vectors, with_base));
        }
      }
    }
  }
}

// Values of F16 down to its smallest.
TEST(StoredGram, WidensSubnormalValues) {
  Made made = make(2, 256, true, DType::F16);
  for (Values* const values : {&made.vectors[0], &made.vectors[1], &made.base}) {
    for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] *= i % 3 == 0 ? 0x1p-14F : 0x1p-22F;
    round_to(DType::F16, *values);
  }
  expect_groups(made, "");
}

TEST(StoredGram, IsTheMatrixFromF32) {
  const Made made = make(3, 1000, true);
  const std::vector<double> sums = made.straight().value();
  const std::vector<double> exact = made.from_f32();
  const Gram gram(exact, 3);
  std::size_t at = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = i; j < 3; ++j, ++at) {
      // A product's rounding and those of seven additions, each half a unit of f32 of what is added up.
      EXPECT_NEAR(sums[at], exact[at], 8 * 0x1p-24 * gram.norm(i) * gram.norm(j)) << i << " " << j;
    }
  }
}

// Whatever rounds one way and the other cancels out; squares of odd numbers all end in the same bits, and
// those round one way. What is left must not show in factors, which are f32.
TEST(StoredGram, OnAMillionElementsIsGoodToARoundingOfF32) {
  constexpr std::size_t kSize = std::size_t{1} << 20;
  const Made made = make(2, kSize, true);
  const std::vector<double> sums = made.straight().value();
  const std::vector<double> exact = made.from_f32();
  const Gram gram(exact, 2);
  std::size_t at = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = i; j < 2; ++j, ++at)
      EXPECT_NEAR(sums[at], exact[at], 0x1p-24 * gram.norm(i) * gram.norm(j)) << i << " " << j;
  }
}

void expect_refused(DType type, float bad) {
  for (const std::size_t place : {3, 99}) {
    Made made = make(2, 100, true, type);
    made.vectors[1][place] = bad;
    tests::with_all_kernels([&] { EXPECT_FALSE(made.straight()) << place; });
    made = make(2, 100, true, type);
    made.base[place] = bad;
    tests::with_all_kernels([&] { EXPECT_FALSE(made.straight()) << place; });
    made.vectors[0][place] = bad;  // infinity less infinity
    tests::with_all_kernels([&] { EXPECT_FALSE(made.straight()) << place; });
  }
}

TEST(StoredGram, RefusesValuesThatAreNotFinite) {
  for (const DType type : {DType::BF16, DType::F16}) {
    expect_refused(type, std::numeric_limits<float>::infinity());
    expect_refused(type, std::numeric_limits<float>::quiet_NaN());
  }
}

TEST(StoredGram, RefusesWhatF32DoesNotHold) {
  for (const float scale : {0x1p66F, 0x1p-70F, 0.0F}) {
    Made made = make(2, 64, false);
    for (float& value : made.vectors[1]) value *= scale;
    tests::with_all_kernels([&] { EXPECT_FALSE(made.straight()) << scale; });
  }
  Made made = make(2, 64, false);
  for (float& value : made.vectors[1]) value *= 0x1p-55F;
  tests::with_all_kernels([&] { EXPECT_TRUE(made.straight()); });
}

}  // namespace
}  // namespace tsugi::merge::steps
