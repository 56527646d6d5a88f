// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/rank_agreement.h"

#include <gtest/gtest.h>

namespace tsugi::evolve {
namespace {

using Values = std::vector<double>;

TEST(RankCorrelation, IsSpearmans) {
  // The example in the documentation of scipy.stats.spearmanr, with a tie.
  EXPECT_NEAR(*rank_correlation(Values{1, 2, 3, 4, 5}, Values{5, 6, 7, 8, 7}), 0.8207826816681233, 1e-15);
  EXPECT_NEAR(*rank_correlation(Values{1, 2, 3}, Values{10, 20, 1000}), 1, 1e-15);
  EXPECT_NEAR(*rank_correlation(Values{1, 2, 3}, Values{3, 2, 1}), -1, 1e-15);
}

TEST(RankCorrelation, NeedsSomethingToRank) {
  EXPECT_FALSE(rank_correlation(Values{1, 2}, Values{1, 2}));
  EXPECT_FALSE(rank_correlation(Values{1, 2, 3}, Values{4, 4, 4}));
}

}  // namespace
}  // namespace tsugi::evolve
