// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: the rules of the split, stated in the test; SHA-256 positions from sha256sum.
#include "eval/holdout/split.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::tests {
namespace {

using eval::HoldoutItem;
using eval::normalise_question;
using eval::Shares;
using eval::Side;
using eval::Split;
using eval::split_items;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Shares kShares = {0.5, 0.2, 0.3};

std::vector<HoldoutItem> sourced(std::size_t count, std::size_t first = 0) {
  std::vector<HoldoutItem> items;
  for (std::size_t i = first; i < first + count; ++i)
    items.push_back({"the same question", fmt::format("source {}", i)});
  return items;
}

/// Twelve words of letters drawn from a generator: two such questions share next to nothing.
std::string random_question(std::mt19937& random) {
  std::string text;
  for (int i = 0; i < 72; ++i) text.push_back(i % 6 == 5 ? ' ' : static_cast<char>('a' + random() % 26));
  return text;
}

std::vector<HoldoutItem> unsourced(std::uint32_t seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<HoldoutItem> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back({random_question(random), std::nullopt});
  return items;
}

std::string error_of(const std::vector<HoldoutItem>& items, const Shares& shares) {
  try {
    split_items(items, shares);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Split, SourcesGoWhereTheirHashSays) {
  // printf alpha | sha256sum -> 8ed3f6ad… = 0.558 of the range; beta f44e64e7… = 0.954; delta 4f4a9410… =
  // 0.310.
  std::vector<HoldoutItem> items = sourced(60);
  items.push_back({"q", "alpha"});
  items.push_back({"q", "beta"});
  items.push_back({"q", "delta"});
  const Split split = split_items(items, kShares);
  EXPECT_EQ(split.side[60], Side::validation);
  EXPECT_EQ(split.side[61], Side::test);
  EXPECT_EQ(split.side[62], Side::search);
}

TEST(Split, AnItemStaysWhereItIsWhenOthersComeAndGo) {
  const std::vector<HoldoutItem> all = sourced(400);
  const Split whole = split_items(all, kShares);
  const Split part = split_items(std::span(all).subspan(100, 200), kShares);
  for (std::size_t i = 0; i < part.side.size(); ++i) EXPECT_EQ(part.side[i], whole.side[100 + i]);

  const std::vector<HoldoutItem> questions = unsourced(1, 400);
  const Split more = split_items(questions, kShares);
  const Split fewer = split_items(std::span(questions).first(150), kShares);
  for (std::size_t i = 0; i < fewer.side.size(); ++i) EXPECT_EQ(fewer.side[i], more.side[i]);
}

TEST(Split, TheOrderOfItemsPlaysNoPart) {
  std::vector<HoldoutItem> items = unsourced(2, 200);
  for (std::size_t i = 0; i < 40; ++i) items.push_back({items[i].question + "x", std::nullopt});
  for (HoldoutItem& item : sourced(100)) items.push_back(item);
  const Split split = split_items(items, kShares);
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = (i * 7 + 3) % order.size();  // 340 has no factor 7
  std::vector<HoldoutItem> shuffled;
  for (const std::size_t i : order) shuffled.push_back(items[i]);
  const Split again = split_items(shuffled, kShares);
  EXPECT_EQ(again.cluster_sizes, split.cluster_sizes);
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(again.side[i], split.side[order[i]]);
}

TEST(Split, ItemsOfOneSourceStayTogether) {
  std::vector<HoldoutItem> items = sourced(100);
  for (HoldoutItem& item : sourced(100)) items.push_back({"in other words", item.source});
  const Split split = split_items(items, kShares);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(split.side[i], split.side[100 + i]);
    EXPECT_EQ(split.cluster[i], i);
    EXPECT_EQ(split.cluster[100 + i], i);
  }
  EXPECT_EQ(split.cluster_sizes, (std::map<std::size_t, std::size_t>{{2, 100}}));
}

TEST(Split, NearDuplicatesStayTogether) {
  std::vector<HoldoutItem> items = unsourced(3, 300);
  const std::size_t count = items.size();
  for (std::size_t i = 0; i < 100; ++i) {
    std::string changed = items[i].question;
    changed[30] = '?';  // five of its 67 shingles change
    items.push_back({i % 2 == 0 ? changed : "Note: " + items[i].question, std::nullopt});
  }
  const Split split = split_items(items, kShares);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(split.cluster[count + i], split.cluster[i]);
    EXPECT_EQ(split.side[count + i], split.side[i]);
  }
  EXPECT_EQ(split.cluster_sizes, (std::map<std::size_t, std::size_t>{{1, 200}, {2, 100}}));
}

TEST(Split, OverHalfOfTheSmallerSetIsShared) {
  // A question of 5 + k characters has k + 1 shingles; a prefix of it shares all of its own.
  std::vector<HoldoutItem> items = unsourced(4, 100);
  const std::string& whole = items[0].question;
  items.push_back({whole.substr(0, 20) + "0123456789", std::nullopt});  // 16 shared of 26
  items.push_back(
      {items[1].question.substr(0, 20) + "9876543210uvwxyz", std::nullopt});  // 16 of 32: exactly half
  const Split split = split_items(items, kShares);
  EXPECT_EQ(split.cluster[100], split.cluster[0]);
  EXPECT_NE(split.cluster[101], split.cluster[1]);
}

TEST(Split, EqualQuestionsStayTogetherHoweverWrittenAndHoweverMany) {
  std::vector<HoldoutItem> items = unsourced(5, 100);
  for (int i = 0; i < 2; ++i) {
    items.push_back({"ＡＢＣ  Ｄ？", std::nullopt});
    items.push_back({" abc d? ", std::nullopt});
  }
  const Split split = split_items(items, kShares);
  EXPECT_THAT(std::vector<std::size_t>(split.cluster.begin() + 100, split.cluster.end()),
              ElementsAre(100, 100, 100, 100));
}

TEST(Split, CommonWordingJoinsNothing) {
  std::vector<HoldoutItem> items = unsourced(6, 300);
  for (HoldoutItem& item : items)
    item.question =
        "Answer the following question in one word and nothing else: " + item.question.substr(0, 18);
  const Split split = split_items(items, kShares);
  EXPECT_EQ(split.cluster_sizes, (std::map<std::size_t, std::size_t>{{1, 300}}));
}

TEST(Split, SharesAreKeptWithinTheBinomialsBounds) {
  const Split split = split_items(sourced(4000), kShares);
  const auto expect = [&](Side side, double share) {
    const double sd = std::sqrt(share * (1 - share) * 4000);
    EXPECT_NEAR(static_cast<double>(split.count(side)), share * 4000, 4 * sd);
  };
  expect(Side::search, 0.5);
  expect(Side::validation, 0.2);
  expect(Side::test, 0.3);
  EXPECT_EQ(split.count(Side::search) + split.count(Side::validation) + split.count(Side::test), 4000U);
}

TEST(Split, ASideWithoutAShareGetsNothing) {
  EXPECT_EQ(split_items(sourced(500), {0.6, 0, 0.4}).count(Side::validation), 0U);
  EXPECT_EQ(split_items(sourced(500), {0, 0.4, 0.6}).count(Side::search), 0U);
  EXPECT_EQ(split_items(sourced(500), {0.7, 0.3, 0}).count(Side::test), 0U);
  EXPECT_EQ(split_items(sourced(500), {0, 0, 1}).count(Side::test), 500U);
  EXPECT_EQ(split_items(sourced(500), {0.1 + 0.2, 0.7, 0}).count(Side::test),
            0U);  // the sum is 1 but for rounding
}

TEST(Split, ALargeClusterIsAnErrorWithItsSizes) {
  std::vector<HoldoutItem> items = sourced(94);
  for (int i = 0; i < 6; ++i) items.push_back({"q", "one book"});
  EXPECT_THAT(error_of(items, kShares), AllOf(HasSubstr("a cluster of 6 of 100 items, over 5 %"),
                                              HasSubstr("(clusters x items: 1 x 6, 94 x 1)")));
  items[99].source = "another";
  EXPECT_EQ(error_of(items, kShares), "");  // 5 of 100 is not above 5 %
}

TEST(Split, AnEmptySideIsAnError) {
  EXPECT_THAT(
      error_of(sourced(20), {0.9999, 0, 0.0001}),
      AllOf(HasSubstr("the test side has a share of 0.0001 and no items of 20"), HasSubstr("20 x 1")));
}

TEST(Split, WhatCannotBeSplit) {
  EXPECT_THAT(error_of({}, kShares), HasSubstr("no items"));
  EXPECT_THAT(error_of(sourced(100), {0.5, 0.5, 0.5}), HasSubstr("add up to 1"));
  EXPECT_THAT(error_of(sourced(100), {1.5, -0.5, 0}), HasSubstr("shares of 0 or more"));
  EXPECT_THAT(error_of(sourced(100), {std::numeric_limits<double>::quiet_NaN(), 0.5, 0.5}),
              HasSubstr("add up to 1"));
  EXPECT_THAT(error_of({{"a\xFF", std::nullopt}}, kShares), HasSubstr("byte 1 is not UTF-8"));
}

TEST(Split, BundledItemsSplitBySource) {
  std::vector<HoldoutItem> items;
  for (const char* name : {"math_ja", "math_en", "chat_ja", "chat_en", "trans", "choice_ja"}) {
    std::ifstream in(std::filesystem::path(TSUGI_ROOT) / "recipes/pocket/items" /
                     (std::string(name) + ".jsonl"));
    for (std::string line; std::getline(in, line);) {
      const auto item = nlohmann::json::parse(line);
      items.push_back({item["question"], item["source"]});
    }
  }
  ASSERT_EQ(items.size(), 4800U);
  const Split split = split_items(items, kShares);
  std::map<std::string, Side> side_of;
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(side_of.try_emplace(*items[i].source, split.side[i]).first->second, split.side[i]);
  }
}

TEST(NormaliseQuestion, LowerCaseCompatibilityFormAndBlanks) {
  EXPECT_EQ(normalise_question("  How\tMANY \n are　there?  "), "how many are there?");
  EXPECT_EQ(normalise_question("Ｋｅｎ は ｶﾞﾑ を１２個"), "ken は ガム を12個");
  EXPECT_EQ(normalise_question("e\u0301"), "é");
  EXPECT_EQ(normalise_question("ﬁ Ⅷ"), "fi viii");
  EXPECT_EQ(normalise_question(""), "");
  EXPECT_EQ(normalise_question(" \u00a0 "), "");
  for (const char* text :
       {"İI ÇÉ ΑΣ", "\u1E9B\u0323", "J\u030C", "\u03D4"}) {  // doing it again changes nothing
    EXPECT_EQ(normalise_question(normalise_question(text)), normalise_question(text));
  }
}

}  // namespace
}  // namespace tsugi::tests
