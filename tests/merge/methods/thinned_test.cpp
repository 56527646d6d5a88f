// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The family of dare, della and breadcrumbs with masks that are given instead of drawn, so that mergekit's
// own results with these masks are met; and the draws against their published values.
#include "merge/methods/thinned.h"

#include <gtest/gtest.h>

#include <array>

#include "merge/steps/random_mask.h"
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::merge {
namespace {

using tests::expect_near;
using tests::kBase;
using tests::kM1;
using tests::kM2;

// Keeps what the masks of the specification's example say, whatever the density below 1.
struct GivenMasks {
  struct ModelParams {
    double weight = 0;
    double density = 1;
  };
  static constexpr auto rows() {
    return std::tuple{
        standard(&ModelParams::density, {.name = "density", .accepted = kNotNegative, .doc = "A."})};
  }
  static bool thins(const ModelParams& model) { return model.density < 1; }
  static void thin(const Thinning<ModelParams>& at, std::span<float> out) {
    constexpr std::array<std::array<float, 6>, 2> kMasks{{{1, 0, 0, 1, 0, 1}, {0, 1, 1, 0, 0, 1}}};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = (at.x[i] - at.base[i]) * kMasks.at(at.model).at(i);
  }
};

template <FamilyDefaults defaults>
struct Probe : Thinned<Probe<defaults>, GivenMasks, defaults> {
  static constexpr std::string_view name = "probe";
  static constexpr std::string_view title = "Probe";
  static constexpr std::string_view formula = "as given";
  static constexpr std::string_view source = "this test";
  static constexpr Traits traits{.base = Base::required};
};

constexpr FamilyDefaults kPlain{.consensus = Consensus::plain, .normalize = false, .rescale = true};
constexpr FamilyDefaults kElected{.consensus = Consensus::elected, .normalize = false, .rescale = true};

template <FamilyDefaults defaults>
std::vector<float> merge_masked(const tests::Numbers& global = {}, double density = .5) {
  return tests::run_method(
      describe<Probe<defaults>>(),
      {.base = kBase,
       .models = {kM1, kM2},
       .global = global,
       .per_model = {{{"weight", .75}, {"density", density}}, {{"weight", .5}, {"density", density}}}});
}

TEST(Thinned, PlainSumOfRescaledTaskVectors) {
  expect_near(merge_masked<kPlain>(), {.6789773, -.7301136, .3579545, 1.2840909, 0, -.8764205});
}

TEST(Thinned, OnlyElectedSignsAreAdded) {
  expect_near(merge_masked<kElected>(), {.6789773, -.7301136, .3579545, 1.2840909, 0, -.9659091});
}

TEST(Thinned, NormalizeAndLambda) {
  // Without rescaling: w_i m_i d_i sum to [.09375 .15625 .0625; -.375 0 -.078125]; / 1.25, times .5
  expect_near(merge_masked<kPlain>({{"rescale", 0}, {"normalize", 1}, {"lambda", .5}}),
              {.5375, -.9375, .275, 1.85, 0, -.78125});
  // The winners' weights instead: .75, .5, .5; .75, -, .5 (for -.125)
  expect_near(merge_masked<kElected>({{"rescale", 0}, {"normalize", 1}, {"lambda", .5}}),
              {.5625, -.84375, .3125, 1.75, 0, -.875});
}

TEST(Thinned, DensityOfOneIsTaskArithmetic) {
  // The value of task_arithmetic with these weights.
  expect_near(merge_masked<kPlain>({}, 1), {.5625, -1.03125, .3125, 1.75, .1875, -.828125});
}

// Published with the rule of the masks: keys and draws for seed 7 and a tensor named w.
TEST(RandomMask, DrawsAsSpecified) {
  EXPECT_EQ(steps::mask_key(7, 0, "w"), 0x3e251ae42bf8941fULL);
  EXPECT_EQ(steps::mask_key(7, 1, "w"), 0x46c053e430d3e548ULL);
  const std::array<std::array<double, 6>, 2> draws{
      {{.3965504, .7107333, .2569731, .6535445, .7807710, .6749773},
       {.7073196, .7738980, .3407570, .3941871, .4632986, .0898914}}};
  for (std::size_t model = 0; model < 2; ++model) {
    for (std::size_t i = 0; i < 6; ++i)
      EXPECT_NEAR(steps::draw(steps::mask_key(7, model, "w"), i) / steps::kDraws, draws.at(model).at(i),
                  5e-8);
  }
}

TEST(RandomMask, KeepsBelowTheProbabilityOnly) {
  const std::uint64_t key = steps::mask_key(3, 0, "w");
  const double exact = steps::draw(key, 10) / steps::kDraws;
  const auto kept = [&](double probability) {
    std::vector<float> out{-1};
    steps::subtract_at_random(std::vector<float>{5}, std::vector<float>{2}, out, key, 10, probability);
    return out[0];
  };
  EXPECT_EQ(kept(exact), 0);  // u < p is strict
  EXPECT_EQ(kept(std::nextafter(exact, 1)), 3);
  EXPECT_EQ(kept(1), 3);
  EXPECT_EQ(kept(0), 0);
}

}  // namespace
}  // namespace tsugi::merge
