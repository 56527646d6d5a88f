// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The way straight from 16 bits to the same against the same sum in f32, rounded after.
#include "merge/steps/blend.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/support/merge_kernels.h"
#include "tests/support/stored.h"

namespace tsugi::merge::steps {
namespace {

using tests::stored_as;
using Values = std::vector<float>;

Values halves(DType type, std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  Values values(count);
  for (float& value : values) value = static_cast<float>(random() % 20001) / 10000 - 1;
  round_to(type, values);
  return values;
}

struct Inputs {
  Values base;
  std::vector<Values> models;
  std::vector<float> factors;  // of the models, or of base and models
  DType type = DType::BF16;
};

std::vector<std::byte> plainly(Blend form, const Inputs& inputs) {
  const std::vector<std::span<const float>> models(inputs.models.begin(), inputs.models.end());
  Values sum(inputs.base.size());
  const Tile tile{.size = sum.size(), .row_length = sum.size(), .base = inputs.base, .models = models};
  blend(form, tile, inputs.factors, sum);
  return stored_as(inputs.type, sum);
}

// From `begin` on, as blocks of a tensor are made.
std::vector<std::byte> straight(Blend form, const Inputs& inputs, std::size_t begin) {
  std::vector<std::vector<std::byte>> files;
  const bool base_first = form == Blend::sum && inputs.factors.size() > inputs.models.size();
  if (base_first) files.push_back(stored_as(inputs.type, inputs.base));
  for (const Values& model : inputs.models) files.push_back(stored_as(inputs.type, model));
  const std::vector<std::byte> base = stored_as(inputs.type, inputs.base);
  StoredBlend blend{.type = inputs.type,
                    .base = form == Blend::onto_base ? base.data() : nullptr,
                    .factors = inputs.factors};
  for (const auto& file : files) blend.inputs.push_back(file.data());
  std::vector<std::byte> out(2 * (inputs.base.size() - begin));
  EXPECT_TRUE(blend_stored(blend, begin, out));
  if (inputs.type == DType::BF16) {
    std::vector<std::byte> by_stretches(out.size());
    EXPECT_TRUE(blend_stretches(blend, begin, by_stretches));
    EXPECT_EQ(by_stretches, out);
  }
  tests::with_all_kernels([&] {
    std::vector<std::byte> by_kernels(out.size());
    const bool able = blend_stored(blend, begin, by_kernels);
    EXPECT_EQ(able, inputs.type == DType::BF16 || kernels::active() != nullptr);
    if (able) {
      EXPECT_EQ(by_kernels, out);
    }
  });
  return out;
}

void expect_same_bits(DType type, std::size_t size, std::size_t models) {
  const std::vector<float> numbers{0.3F, -0.7F, 1.1F, 0.05F, 2};
  Inputs inputs{.base = halves(type, size, 9), .models = {}, .factors = {}, .type = type};
  for (std::size_t i = 0; i < models; ++i) {
    inputs.models.push_back(halves(type, size, static_cast<std::uint32_t>(i)));
    inputs.factors.push_back(numbers[i % numbers.size()]);
  }
  EXPECT_EQ(straight(Blend::sum, inputs, 0), plainly(Blend::sum, inputs)) << size << " " << models;
  EXPECT_EQ(straight(Blend::onto_base, inputs, 0), plainly(Blend::onto_base, inputs))
      << size << " " << models;
  inputs.factors.push_back(numbers[models % numbers.size()]);
  EXPECT_EQ(straight(Blend::sum, inputs, 0), plainly(Blend::sum, inputs)) << size << " " << models;
}

TEST(Blend, StraightFromFilesItHasTheSameBits) {
  for (const DType type : {DType::BF16, DType::F16}) {
    if (type == DType::F16 && kernels::active() == nullptr) continue;
    for (const std::size_t size : {1, 5, 31, 32, 33, 511, 512, 1300}) {
      for (const std::size_t models : {1, 2, 3, 4, 15}) expect_same_bits(type, size, models);
      if (type == DType::BF16) expect_same_bits(type, size, 17);
    }
  }
}

TEST(Blend, StartsWhereABlockDoes) {
  const Inputs inputs{
      .base = halves(DType::BF16, 900, 1), .models = {halves(DType::BF16, 900, 2)}, .factors = {0.4F}};
  const std::vector<std::byte> all = plainly(Blend::onto_base, inputs);
  EXPECT_EQ(straight(Blend::onto_base, inputs, 300), std::vector<std::byte>(all.begin() + 600, all.end()));
}

TEST(Blend, WithoutFactorsItIsTheBaseOrNothing) {
  const Values base = halves(DType::BF16, 700, 1);
  const std::vector<std::byte> stored = stored_as(DType::BF16, base);
  std::vector<std::byte> out(stored.size());
  EXPECT_TRUE(blend_stored({.base = stored.data()}, 0, out));
  EXPECT_EQ(out, stored);
  EXPECT_TRUE(blend_stored({}, 0, out));
  EXPECT_EQ(out, std::vector<std::byte>(stored.size()));
}

TEST(Blend, SeesWhatIsNotFinite) {
  for (const DType type : {DType::BF16, DType::F16}) {
    for (const std::size_t place : {3, 600, 699}) {
      for (const float value :
           {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        Values model = halves(type, 700, 1);
        model[place] = value;
        const std::vector<std::byte> stored = stored_as(type, model);
        std::vector<std::byte> out(stored.size());
        const StoredBlend blend{.type = type, .inputs = {stored.data()}, .factors = {0.5F}};
        tests::with_all_kernels([&] { EXPECT_FALSE(blend_stored(blend, 0, out)) << place; });
        if (type == DType::F16) continue;
        EXPECT_FALSE(blend_stretches(blend, 0, out)) << place;
      }
    }
  }
}

// 65504 is the largest of F16.
TEST(Blend, SeesWhatF16DoesNotHold) {
  const std::vector<std::byte> stored = stored_as(DType::F16, Values(40, 60000));
  std::vector<std::byte> out(stored.size());
  for (const float factor : {1.2F, -1.2F}) {
    const StoredBlend blend{.type = DType::F16, .inputs = {stored.data()}, .factors = {factor}};
    tests::with_all_kernels([&] { EXPECT_FALSE(blend_stored(blend, 0, out)) << factor; });
  }
}

}  // namespace
}  // namespace tsugi::merge::steps
