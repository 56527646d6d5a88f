// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "merge/steps/rank_mask.h"
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"
#include "tests/support/random_masks.h"

namespace tsugi::tests {
namespace {

Numbers numbers(double weight, double density, double epsilon) {
  return {{"weight", weight}, {"density", density}, {"epsilon", epsilon}};
}

std::vector<float> della_linear(const Numbers& model) {
  return run_method("della_linear",
                    {.base = kBase, .models = {kM1}, .global = {}, .per_model = {model}, .seed = 7});
}

// Values whose magnitudes repeat, some of them 0.
std::vector<float> few_magnitudes(std::size_t count) {
  std::vector<float> values(count);
  std::uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(static_cast<int>(state >> 24) - 128) / 16;
  }
  return values;
}

TEST(DellaLinear, DropsSmallElementsRather) {
  expect_near(della_linear(numbers(.75, .5, .2)), {.696875, -1, .25, 1.2125, 0, -.75});
}

TEST(DellaLinear, EndsOfDensity) {
  expect_near(della_linear(numbers(1, 1, .15)), {.625, -1.25, .25, 1.5, .375, -.6875});
  expect_near(della_linear(numbers(1, 0, .15)), {.5, -1, .25, 2, 0, -.75}, 0);
}

TEST(DellaLinear, RefusesProbabilitiesThatAreNone) {
  const merge::Method& method = *merge::find_method("della_linear");
  const auto remarks_of = [&](double density, double epsilon) {
    const merge::Settings settings = settings_of(method, {}, {numbers(1, density, epsilon)});
    merge::Remarks remarks;
    method.check(
        {.name = "w", .shape = {}, .elements = 6, .models = 1, .has_base = true, .settings = &settings},
        remarks);
    return remarks;
  };
  EXPECT_EQ(remarks_of(.9, .15).error, "density 0.9 with epsilon 0.15 makes probabilities from 0.75 to 1.05");
  EXPECT_EQ(remarks_of(.1, .125).error,
            "density 0.1 with epsilon 0.125 makes probabilities from -0.025 to 0.225");
  EXPECT_EQ(remarks_of(.25, .25).error, "density 0.25 with epsilon 0.25 makes probabilities from 0 to 0.5");
  EXPECT_EQ(remarks_of(.5, .2).error, "");
  EXPECT_EQ(remarks_of(1, .15).error, "");
  EXPECT_EQ(remarks_of(0, .15).error, "");
  EXPECT_EQ(remarks_of(1, .15).notes, std::vector<std::string>{"density 1, the default, drops nothing"});
}

// The definition, word for word: sort a row along axis 1, rank, draw, compare with a rival's rank.
std::vector<float> slow_della(const std::vector<float>& delta, std::size_t rows, std::size_t c,
                              std::size_t stride, double density, double epsilon) {
  std::vector<float> kept(delta.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < stride; ++k) {
      std::vector<std::size_t> order(c);
      for (std::size_t i = 0; i < c; ++i) order[i] = (row * c + i) * stride + k;
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::fabs(delta[a]) < std::fabs(delta[b]);
      });
      std::vector<std::size_t> ranks(c);  // by place in the row
      for (std::size_t rank = 0; rank < c; ++rank) ranks[order[rank] / stride % c] = rank;
      for (std::size_t i = 0; i < c; ++i) {
        const std::size_t element = (row * c + i) * stride + k;
        const std::uint64_t bits = merge::steps::draw_bits(merge::steps::mask_key(5, 0, "w"), element);
        const double u = static_cast<double>(bits >> 33) / 0x1p31;
        const double around = c == 1 ? 0 : epsilon;
        const double least = std::ceil((density - around) * 0x1p24) / 0x1p24;
        const double most = std::ceil((density + around) * 0x1p24) / 0x1p24;
        const auto rival = [&] {
          const auto back = 1 + static_cast<std::size_t>((u - least) / (most - least) * (c - 1.0));
          return (i + c - back) % c;
        };
        if (u < least || (u < most && ranks[rival()] < ranks[i])) kept[element] = delta[element];
      }
    }
  }
  return kept;
}

TEST(DellaLinear, RanksAlongAxisOneOfEveryShape) {
  struct Case {
    merge::Shape shape;
    std::size_t rows, c, stride;
  };
  for (const Case& one :
       {Case{{7}, 1, 7, 1}, Case{{9000}, 1, 9000, 1}, Case{{300, 100}, 300, 100, 1},
        Case{{20, 2000}, 20, 2000, 1}, Case{{50, 1}, 50, 1, 1}, Case{{1}, 1, 1, 1}, Case{{}, 1, 1, 1},
        Case{{3, 40, 300}, 3, 40, 300}, Case{{2, 600, 3, 5}, 2, 600, 15}}) {
    SCOPED_TRACE(merge::text(one.shape));
    const std::size_t count = one.rows * one.c * one.stride;
    const std::vector<float> delta = few_magnitudes(count);
    MethodCase made{.shape = one.shape,
                    .base = std::vector<float>(count, 0),
                    .models = {delta},
                    .global = {{"rescale", 0}},
                    .per_model = {numbers(1, .5, .4)},
                    .seed = 5};
    const std::vector<float> expected = slow_della(delta, one.rows, one.c, one.stride, .5, .4);
    EXPECT_EQ(run_method("della_linear", made), expected);
    made.concurrency = merge::Concurrency::parallel;
    EXPECT_EQ(run_method("della_linear", made), expected);
  }
}

TEST(DellaLinear, KeepsEachRankWithItsProbability) {
  // 1000 rows of magnitudes 1 to 11, ranks 0 to 10, over 100 seeds.
  constexpr std::size_t kRows = 1000;
  constexpr std::size_t kLength = 11;
  std::vector<float> delta(kRows * kLength);
  for (std::size_t i = 0; i < delta.size(); ++i) {
    const std::size_t magnitude = 1 + (i % kLength + i / kLength) % kLength;
    delta[i] = (i % 3 == 0 ? -1.0F : 1.0F) * static_cast<float>(magnitude);
  }
  MethodCase made{.shape = {kRows, kLength},
                  .base = std::vector<float>(delta.size(), 0),
                  .models = {delta},
                  .global = {{"rescale", 0}},
                  .per_model = {numbers(1, .5, .25)}};
  std::vector<double> kept(kLength);
  for (made.seed = 0; made.seed < 100; ++made.seed) {
    for (const float value : run_method("della_linear", made)) {
      if (value != 0) ++kept[static_cast<std::size_t>(std::fabs(value)) - 1];
    }
  }
  for (std::size_t rank = 0; rank < kLength; ++rank) {
    const double p = .25 + .05 * static_cast<double>(rank);
    EXPECT_NEAR(kept[rank] / (100 * kRows), p, 4 * std::sqrt(p * (1 - p) / (100 * kRows))) << rank;
  }
}

TEST(DellaLinear, WithoutEpsilonAsDare) {
  const MethodCase made{.shape = {100, 100},
                        .base = std::vector<float>(10000, 0),
                        .models = {few_magnitudes(10000)},
                        .global = {},
                        .per_model = {{{"weight", 1}, {"density", .3}}}};
  MethodCase della = made;
  della.per_model[0]["epsilon"] = 0;
  EXPECT_EQ(run_method("della_linear", della), run_method("dare_linear", made));
  expect_seeded("della_linear", della);
}

}  // namespace
}  // namespace tsugi::tests
