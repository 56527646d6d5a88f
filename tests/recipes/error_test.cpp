// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/error.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsugi {
namespace {

const std::vector<std::string> kMethods{"linear", "slerp", "task_arithmetic", "ties"};

TEST(Mark, NamesWhatIsKnown) {
  EXPECT_EQ((Mark{"recipe.yaml", 4, 3}).text(), "recipe.yaml:4:3");
  EXPECT_EQ((Mark{"items.jsonl", 17, 0}).text(), "items.jsonl:17");
  EXPECT_EQ((Mark{"config.json", 0, 0}).text(), "config.json");
}

TEST(InputError, IsOneLineOfPlaceSeenAndCure) {
  EXPECT_STREQ(InputError(Mark{"a.yaml", 1, 2}, "x is 3, expected 4", "write 4").what(),
               "a.yaml:1:2: x is 3, expected 4; write 4");
  EXPECT_STREQ(InputError("a\nb", "key 'x\r\n\ty'", "c\x7F").what(), "a b: key 'x   y'; c ")
      << "whatever it quotes";
  EXPECT_STREQ(InputError("a.yaml", "no such file", "check the path").what(),
               "a.yaml: no such file; check the path");
}

// Edit distances by hand: tis -> ties 1, task_aritmetic -> task_arithmetic 1, slurp -> slerp 1, dare -> none
// within 2.
TEST(Nearest, FindsTheClosestWithinAThirdOfTheWord) {
  EXPECT_EQ(nearest("tis", kMethods), "ties");
  EXPECT_EQ(nearest("task_aritmetic", kMethods), "task_arithmetic");
  EXPECT_EQ(nearest("slurp", kMethods), "slerp");
  EXPECT_EQ(nearest("Linear", kMethods), "linear");
  EXPECT_EQ(nearest("passthrough", kMethods), "");
  EXPECT_EQ(nearest("", kMethods), "");
  EXPECT_EQ(nearest("ties", {}), "");
}

TEST(Nearest, TakesTheFirstOfEquallyNear) {
  EXPECT_EQ(nearest("ab", std::vector<std::string>{"ac", "ad"}), "ac");
}

TEST(Suggestion, NamesOneOrAll) {
  EXPECT_EQ(suggestion("tis", kMethods), "did you mean 'ties'?");
  EXPECT_EQ(suggestion("passthrough", kMethods), "known: linear, slerp, task_arithmetic, ties");
}

}  // namespace
}  // namespace tsugi
