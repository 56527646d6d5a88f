// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

std::vector<float> breadcrumbs_ties(const Numbers& global, double density) {
  const auto numbers = [&](double weight) {
    return Numbers{{"weight", weight}, {"density", density}, {"gamma", .2}};
  };
  return run_method(
      "breadcrumbs_ties",
      {.base = kBase, .models = {kM1, kM2}, .global = global, .per_model = {numbers(.75), numbers(.5)}});
}

TEST(BreadcrumbsTies, DropsBothEndsAndElects) {
  expect_near(breadcrumbs_ties({}, .5), {.59375, -1.1875, .25, 2.125, .28125, -.875});
}

TEST(BreadcrumbsTies, Normalize) {
  // The winners' weights: .75, .75, -, .5, .75, .5
  expect_near(breadcrumbs_ties({{"normalize", 1}}, .5), {.625, -1.25, .25, 2.25, .375, -1});
}

TEST(BreadcrumbsTies, DensityOneElectsAmongAll) {
  // v = [.09375 -.1875 0; -.375 .28125 .046875] and [-.03125 .15625 .0625; .125 -.09375 -.125]
  expect_near(breadcrumbs_ties({}, 1), {.59375, -1.1875, .3125, 1.625, .28125, -.875});
}

}  // namespace
}  // namespace tsugi::tests
