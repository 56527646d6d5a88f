// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrix straight from bf16 against the one from f32, bit by bit, and against plain sums.
#include "merge/steps/stored_gram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "merge/steps/gram.h"
#include "tests/support/merge_kernels.h"
#include "tests/support/stored.h"

namespace tsugi::merge::steps {
namespace {

using Values = std::vector<float>;

Values bfloats(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  Values values(count);
  for (float& value : values) value = static_cast<float>(random() % 20001) / 10000 - 1;
  round_to(DType::BF16, values);
  return values;
}

struct Made {
  std::vector<Values> vectors;
  Values base;

  std::vector<double> straight() const {
    std::vector<std::vector<std::byte>> files;
    std::vector<const std::byte*> places;
    for (const Values& vector : vectors) files.push_back(tests::stored_as(DType::BF16, vector));
    for (const auto& file : files) places.push_back(file.data());
    const std::vector<std::byte> stored = tests::stored_as(DType::BF16, base);
    std::vector<double> out(gram_size(vectors.size()));
    gram_stored(places, base.empty() ? nullptr : stored.data(), vectors[0].size(), out);
    return out;
  }

  std::vector<double> from_f32() const {
    const std::vector<std::span<const float>> spans(vectors.begin(), vectors.end());
    std::vector<double> out(gram_size(vectors.size()));
    gram(spans, base, out);
    return out;
  }
};

Made make(std::size_t vectors, std::size_t size, bool with_base) {
  Made made;
  for (std::size_t i = 0; i < vectors; ++i)
    made.vectors.push_back(bfloats(size, static_cast<std::uint32_t>(i)));
  if (with_base) made.base = bfloats(size, 77);
  return made;
}

TEST(StoredGram, HasTheBitsOfTheOneFromF32) {
  for (const std::size_t size : {1, 15, 16, 17, 1000, 1024}) {
    for (std::size_t vectors = 1; vectors <= kMostStoredVectors; ++vectors) {
      for (const bool with_base : {false, true}) {
        const Made made = make(vectors, size, with_base);
        const std::vector<double> wanted = made.from_f32();
        tests::with_all_kernels(
            [&] { EXPECT_EQ(made.straight(), wanted) << size << " " << vectors << " " << with_base; });
      }
    }
  }
}

TEST(StoredGram, IsTheMatrixOfDotProducts) {
  const Made made = make(3, 1000, true);
  const std::vector<double> sums = made.straight();
  const Gram gram(sums, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double plain = 0;
      for (std::size_t k = 0; k < 1000; ++k) {
        const float x = made.vectors[i][k] - made.base[k];
        const float y = made.vectors[j][k] - made.base[k];
        plain += static_cast<double>(x) * static_cast<double>(y);
      }
      // A thousand terms below 4, each addition off by at most half a unit of 2^-53 of 4000.
      EXPECT_NEAR(gram.dot(i, j), plain, 1000 * 4000 * 0x1p-53) << i << " " << j;
    }
  }
}

TEST(StoredGram, ShowsValuesThatAreNotFinite) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    Made made = make(2, 100, true);
    made.vectors[1][99] = bad;
    EXPECT_FALSE(std::isfinite(Gram(made.straight(), 2).dot(1, 1)));
    EXPECT_TRUE(std::isfinite(Gram(made.straight(), 2).dot(0, 0)));
    made = make(2, 100, true);
    made.base[3] = bad;
    EXPECT_FALSE(std::isfinite(Gram(made.straight(), 2).dot(0, 0)));
    made.vectors[0][3] = bad;  // infinity less infinity
    EXPECT_FALSE(std::isfinite(Gram(made.straight(), 2).dot(0, 0)));
  }
}

}  // namespace
}  // namespace tsugi::merge::steps
