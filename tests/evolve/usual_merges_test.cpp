// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: recipes as mergekit's documentation has them.
#include "evolve/genomes/usual_merges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/search_spec.h"

namespace tsugi::evolve {
namespace {

std::vector<UsualMerge> merges_of(const std::string& genome) {
  const auto spec = recipes::parse_search("genome: {" + genome + "}\ntasks: [t]\n", "search.yaml");
  ModelFamily family;
  family.dtype = DType::BF16;
  family.seed = 7;
  return usual_merges(spec.genome, family);
}

std::vector<std::string> names(const std::vector<UsualMerge>& merges) {
  std::vector<std::string> out;
  for (const UsualMerge& merge : merges) out.push_back(merge.name);
  return out;
}

TEST(UsualMerges, AreMergekitsUsualSettings) {
  const auto merges = merges_of("merge_method: task_arithmetic, base_model: z, models: [a, b, z]");
  ASSERT_THAT(names(merges), testing::ElementsAre("linear", "ties", "dare_ties"));
  const auto expected = recipes::parse_recipe(
      "merge_method: dare_ties\nbase_model: z\nmodels:\n"
      "  - {model: a, parameters: {weight: 0.5, density: 0.5}}\n"
      "  - {model: b, parameters: {weight: 0.5, density: 0.5}}\n"
      "dtype: float32\nout_dtype: bfloat16\nseed: 7\n",
      "recipe.yaml");
  EXPECT_EQ(recipes::to_yaml(merges[2].recipe), recipes::to_yaml(expected));
  EXPECT_THAT(recipes::to_yaml(merges[0].recipe), testing::Not(testing::HasSubstr("base_model")));
}

TEST(UsualMerges, OnlyWhatTheModelsAllow) {
  EXPECT_THAT(names(merges_of("merge_method: linear, models: [a, b]")), testing::IsEmpty());
  EXPECT_THAT(names(merges_of("merge_method: slerp, models: [a, b]")), testing::ElementsAre("linear"));
  EXPECT_THAT(names(merges_of("merge_method: task_arithmetic, base_model: z, models: [a]")),
              testing::IsEmpty());
}

}  // namespace
}  // namespace tsugi::evolve
