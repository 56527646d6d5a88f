// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> ties(const Numbers& global, double density = .5) {
  return run_method("ties", {.base = kBase,
                             .models = {kM1, kM2},
                             .global = global,
                             .per_model = {{{"weight", .75}, {"density", density}},
                                           {{"weight", .5}, {"density", density}}}});
}

TEST(Ties, TrimsElectsAndDividesByTheWinners) {
  expect_near(ties({}), {.5, -1.25, .25, 1.5, .375, -1});
}

TEST(Ties, WithoutNormalize) {
  expect_near(ties({{"normalize", 0}}), {.5, -1.1875, .25, 1.625, .28125, -.875});
}

TEST(Ties, RescaleGivesBackTheL1Norm) {
  expect_near(ties({{"rescale", 1}}), {.5, -.5432692, .25, 1.4166667, .4375, -1.1153846});
}

TEST(Ties, LambdaScalesTheMix) {
  expect_near(ties({{"lambda", .5}}), {.5, -1.125, .25, 1.75, .1875, -.875});
}

TEST(Ties, DensityOfZeroDropsTheTaskVector) {
  expect_near(ties({}, 0), {.5, -1, .25, 2, 0, -.75}, 0);
}

TEST(Ties, SmallestDensityKeepsOneElement) {
  // k = max(1, trunc(1e-6 * 6)) = 1: the largest |d1| is .5 at element 3, the largest |d2| .3125 at
  // element 1.
  expect_near(ties({}, 1e-6), {.5, -.6875, .25, 1.5, 0, -.75});
}

TEST(Ties, AmongEqualMagnitudesTheFirstAreKept) {
  // d3 = [.03125 -.09375 -.125; -.125 .25 .5], k = 3: 5, 4 and the first of 2 and 3
  const auto merged = run_method(
      "ties",
      {.base = kBase, .models = {kM3}, .global = {}, .per_model = {{{"weight", 1}, {"density", .5}}}});
  expect_near(merged, {.5, -1, .125, 2, .25, -.25});
}

TEST(Ties, DrawnVotesGoPositive) {
  // b + d1 and b - d1 with equal weights: b + |d1|
  std::vector<float> mirrored(6);
  for (std::size_t i = 0; i < 6; ++i) mirrored[i] = 2 * kBase[i] - kM1[i];
  const auto merged = run_method("ties", {.base = kBase,
                                          .models = {kM1, mirrored},
                                          .global = {},
                                          .per_model = {{{"weight", 1}}, {{"weight", 1}}}});
  expect_near(merged, {.625, -.75, .25, 2.5, .375, -.6875});
}

TEST(Ties, NotesWhatMaySurprise) {
  const merge::Method& method = *merge::find_method("ties");
  const merge::Settings settings = settings_of(method, {}, {{{"weight", -1}, {"density", 0}}});
  merge::Remarks remarks;
  method.check(
      {.name = "w", .shape = {}, .elements = 6, .models = 1, .has_base = true, .settings = &settings},
      remarks);
  EXPECT_EQ(remarks.error, "");
  ASSERT_EQ(remarks.notes.size(), 2);
  EXPECT_EQ(remarks.notes[0], "density 0 drops a model's whole task vector");
}

}  // namespace
}  // namespace tsugi::tests
