// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/planner.h"

#include <gtest/gtest.h>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

constexpr std::uint64_t kMega = 1'000'000;
constexpr std::uint64_t kGiga = 1'000 * kMega;

TEST(Planner, SmallModelsGetOneCoreEach) {
  const Division plan =
      divide_resources({.arena = 7 * kMega, .workspace = 2 * kMega, .mapped = 14 * kMega, .candidates = 10},
                       {.threads = 4, .memory = 8 * kGiga});
  EXPECT_EQ(plan.lanes, 4U);
  EXPECT_EQ(plan.cores_each, 1U);
  EXPECT_NE(plan.text.find("4 candidates at once on 1 core each"), std::string::npos) << plan.text;
}

TEST(Planner, ABigModelGetsAllCores) {
  const Division plan =
      divide_resources({.arena = 5 * kGiga, .workspace = kGiga, .mapped = kGiga, .candidates = 10},
                       {.threads = 4, .memory = 8 * kGiga});
  EXPECT_EQ(plan.lanes, 1U);
  EXPECT_EQ(plan.cores_each, 4U);
}

TEST(Planner, FewCandidatesShareTheCores) {
  const Division plan = divide_resources({.arena = kMega, .workspace = kMega, .mapped = 0, .candidates = 3},
                                         {.threads = 8, .memory = kGiga});
  EXPECT_EQ(plan.lanes, 3U);
  EXPECT_EQ(plan.cores_each, 2U);
}

TEST(Planner, ALimitOfTheUserIsKeptOrRefused) {
  const Demand demand{.arena = 100 * kMega, .workspace = 50 * kMega, .mapped = 200 * kMega, .candidates = 10};
  EXPECT_EQ(divide_resources(demand, {.threads = 8, .memory = 510 * kMega, .limited = true}).lanes, 2U);
  EXPECT_THROW(divide_resources(demand, {.threads = 8, .memory = 349 * kMega, .limited = true}), InputError);
  EXPECT_EQ(divide_resources(demand, {.threads = 8, .memory = 349 * kMega, .limited = false}).lanes, 1U);
}

TEST(Planner, KnowsHowMuchMemoryThereIs) {
  EXPECT_GT(available_memory(), kMega);
}

}  // namespace
}  // namespace tsugi::evolve
