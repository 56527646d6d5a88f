// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: a slow plain reference, which looks for the best pair in the whole word each time.
#include "eval/tokenizer/models/merge_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace tsugi::tests {
namespace {

using eval::TokenId;
using eval::tokenization::MergeTable;
using testing::ElementsAre;
using Pairs = std::map<std::pair<TokenId, TokenId>, MergeTable::Merge>;

std::vector<TokenId> merge_slowly(const Pairs& pairs, std::vector<TokenId> symbols) {
  while (true) {
    std::size_t best = symbols.size();
    MergeTable::Merge merge;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto found = pairs.find({symbols[i], symbols[i + 1]});
      if (found == pairs.end() || found->second.rank >= merge.rank) continue;
      merge = found->second;
      best = i;
    }
    if (best == symbols.size()) return symbols;
    symbols[best] = merge.merged;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

/// Random merges among the first tokens, each giving a new one that later merges may use.
Pairs random_merges(std::mt19937& random, TokenId letters, std::uint32_t merges) {
  Pairs pairs;
  for (std::uint32_t rank = 0; rank < merges; ++rank) {
    const auto known = static_cast<std::uint32_t>(letters) + rank;
    const std::pair<TokenId, TokenId> pair(random() % known, random() % known);
    pairs[pair] = {rank, letters + static_cast<TokenId>(rank)};
  }
  return pairs;
}

TEST(MergeTable, AgreesWithTheSlowWayForShortAndLongWords) {
  std::mt19937 random(5);
  std::size_t merged = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const Pairs pairs = random_merges(random, 3, 12);
    MergeTable table(pairs.size());
    for (const auto& [pair, merge] : pairs) table.set(pair.first, pair.second, merge);
    std::vector<TokenId> symbols(random() % 80);  // on both sides of the limit between scan (32) and heap
    for (TokenId& symbol : symbols) symbol = static_cast<TokenId>(random() % 3);
    const std::vector<TokenId> expected = merge_slowly(pairs, symbols);
    merged += symbols.size() - expected.size();
    eval::tokenization::merge_symbols(table, symbols);
    ASSERT_EQ(symbols, expected);
  }
  EXPECT_GT(merged, 1000U);
}

TEST(MergeTable, LeftmostFirstAndTheLastRankOfARepeatedPair) {
  MergeTable table(3);
  table.set(0, 0, {0, 1});
  std::vector<TokenId> symbols(5, 0);
  eval::tokenization::merge_symbols(table, symbols);
  EXPECT_THAT(symbols, ElementsAre(1, 1, 0));
  table.set(0, 2, {1, 3});
  table.set(0, 0, {2, 1});
  symbols = {0, 0, 2};
  eval::tokenization::merge_symbols(table, symbols);
  EXPECT_THAT(symbols, ElementsAre(0, 3));
}

TEST(MergeTable, UnknownPairsDoNotMerge) {
  const MergeTable empty(0);
  EXPECT_EQ(empty.find(0, 0).rank, MergeTable::kNone);
  std::vector<TokenId> none;
  eval::tokenization::merge_symbols(empty, none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace tsugi::tests
