// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: planted copies, and the rules worked by hand.
#include "eval/holdout/overlap.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "recipes/error.h"

namespace tsugi::tests {
namespace {

using eval::find_overlaps;
using eval::Overlap;
using eval::OverlapKind;
using eval::Overlaps;
using Texts = std::vector<std::string>;

/// Words of six random letters: two such texts share nothing.
std::string random_words(std::mt19937& random, std::size_t count) {
  std::string text;
  for (std::size_t w = 0; w < count; ++w) {
    if (w > 0) text.push_back(' ');
    for (int i = 0; i < 6; ++i) text.push_back(static_cast<char>('a' + random() % 26));
  }
  return text;
}

/// Kanji from a block of 20,000.
std::string random_kanji(std::mt19937& random, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const auto c = 0x4E00U + random() % 20'000U;
    text.push_back(static_cast<char>(0xE0U | (c >> 12U)));
    text.push_back(static_cast<char>(0x80U | ((c >> 6U) & 0x3FU)));
    text.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
  }
  return text;
}

Texts words(std::uint32_t seed, std::size_t texts, std::size_t length) {
  std::mt19937 random(seed);
  Texts out;
  for (std::size_t i = 0; i < texts; ++i) out.push_back(random_words(random, length));
  return out;
}

TEST(Overlap, PlantedCopiesAreFoundAndNothingElse) {
  const Texts items = words(1, 200, 20);
  Texts texts = words(2, 300, 25);
  texts[7] = "  " + items[3] + "\n";
  for (char& c : texts[7]) c = static_cast<char>(std::toupper(c));
  texts[8] = items[3];
  texts[20] = items[5].substr(0, 60) + "zzzzzz " + items[5].substr(67);       // a word of 20 is another
  texts[40] = words(3, 1, 200)[0] + ". " + items[9].substr(14, 13 * 7 - 1) +  // 13 words in the midst of 400
              ", " + words(4, 1, 200)[0];
  texts[41] = words(5, 1, 200)[0] + ' ' + items[11].substr(14, 12 * 7 - 1) + ' ' + words(6, 1, 200)[0];
  const Overlaps seen = find_overlaps(items, texts);
  EXPECT_EQ(seen.items, 200U);
  EXPECT_EQ(seen.words, 13U);
  EXPECT_EQ(seen.characters, 0U);
  ASSERT_EQ(seen.found.size(), 3U);
  EXPECT_EQ(seen.found[0].item, 3U);
  EXPECT_EQ(seen.found[0].text, 7U);
  EXPECT_EQ(seen.found[0].kind, OverlapKind::exact);
  EXPECT_EQ(seen.found[1].item, 5U);
  EXPECT_EQ(seen.found[1].text, 20U);
  EXPECT_EQ(seen.found[1].kind, OverlapKind::near);
  EXPECT_EQ(seen.found[2].item, 9U);
  EXPECT_EQ(seen.found[2].text, 40U);
  EXPECT_EQ(seen.found[2].kind, OverlapKind::passage);
  EXPECT_EQ(seen.found[2].passage, items[9].substr(14, 13 * 7 - 1)) << "12 words of item 11 are too few";
}

TEST(Overlap, JapaneseIsComparedByCharacters) {
  std::mt19937 random(1);
  Texts items;
  for (int i = 0; i < 100; ++i) items.push_back(random_kanji(random, 40) + "。");
  Texts texts;
  for (int i = 0; i < 100; ++i) texts.push_back(random_kanji(random, 400));
  texts[10] += "「" + items[4].substr(15, 90) + "」" + random_kanji(random, 300);  // 30 characters of 3 bytes
  texts[11] += items[6].substr(15, 87) + random_kanji(random, 300);                // 29
  const Overlaps seen = find_overlaps(items, texts);
  EXPECT_EQ(seen.characters, 30U);
  EXPECT_EQ(seen.words, 0U);
  ASSERT_EQ(seen.found.size(), 1U);
  EXPECT_EQ(seen.found[0].item, 4U);
  EXPECT_EQ(seen.found[0].text, 10U);
  EXPECT_EQ(seen.found[0].passage, items[4].substr(15, 90));
}

// The 5th percentile of the items' lengths, within the limits of each kind of unit.
TEST(Overlap, PassagesAreAsLongAsShortItemsAllow) {
  Texts items = words(1, 100, 30);
  for (int i = 0; i < 10; ++i) items[i] = words(10 + i, 1, 10)[0];
  EXPECT_EQ(find_overlaps(items, {}).words, 10U);
  for (int i = 0; i < 10; ++i) items[i] = words(10 + i, 1, 3)[0];
  EXPECT_EQ(find_overlaps(items, {}).words, 8U);
  const Texts texts = {"before " + items[2] + " behind " + words(9, 1, 50)[0], items[1]};
  const Overlaps seen = find_overlaps(items, texts);
  ASSERT_EQ(seen.found.size(), 1U) << "a shorter item is looked for as a whole";
  EXPECT_EQ(seen.found[0].item, 1U);
  EXPECT_EQ(seen.found[0].kind, OverlapKind::exact);
}

TEST(Overlap, PunctuationAndCasePlayNoPartAndBoilerplateIsPassedOver) {
  const Texts items = {"How many of the twelve apples don't they, in the end, eat by Monday noon?"};
  const std::string copy = "… HOW many of the twelve apples dont they in the end eat by: monday NOON!";
  const auto longer = [](const std::string& text, int seed) {
    return words(static_cast<std::uint32_t>(seed), 1, 60)[0] + ' ' + text;
  };
  Texts texts;
  for (int i = 0; i < 10; ++i) texts.push_back(longer(copy, i));
  ASSERT_EQ(find_overlaps(items, texts).found.size(), 1U);
  EXPECT_EQ(find_overlaps(items, texts).found[0].kind, OverlapKind::passage);
  texts.push_back(longer(copy, 10));
  EXPECT_TRUE(find_overlaps(items, texts).found.empty()) << "in more than ten texts";
}

TEST(Overlap, CommonWordingIsNoNearDuplicate) {
  Texts items = words(1, 300, 4);
  Texts texts = words(2, 300, 4);
  for (Texts* all : {&items, &texts}) {
    for (std::string& text : *all) text = "Answer in one word and add nothing else to it: " + text;
  }
  EXPECT_TRUE(find_overlaps(items, texts).found.empty());
}

// A short problem in a longer one of the same form shares its own numbers with it, but not the other's.
TEST(Overlap, WhatOnlySoundsAlikeIsNoNearDuplicate) {
  Texts items;
  for (int i = 0; i < 300; ++i)
    items.push_back(
        fmt::format("Sora has {} coins. Sora sells {}. How many coins does Sora have?", i, 900 - i));
  const Texts texts = {
      "Sora has 7 coins. Emma gives 4411 to Sora. Sora sells 893. Ken buys 5523 from Sora. How "
      "many coins does Sora have?"};
  EXPECT_TRUE(find_overlaps(items, texts).found.empty());
}

TEST(Overlap, SmallCases) {
  EXPECT_TRUE(find_overlaps({}, {}).found.empty());
  EXPECT_TRUE(find_overlaps(Texts{""}, Texts{"", "a"}).found.empty());
  EXPECT_EQ(find_overlaps(Texts{"a"}, Texts{"A "}).found.size(), 1U);
  EXPECT_THROW(find_overlaps(Texts{"a\xFF"}, {}), InputError);
}

}  // namespace
}  // namespace tsugi::tests
