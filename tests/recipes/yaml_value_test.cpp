// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/yaml_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;
using tests::message_of;

YamlValue value(const std::string& text) {
  return {load_yaml(text, "f"), "f"};
}

TEST(NumberIn, TakesDecimalNumbers) {
  EXPECT_EQ(number_in("2"), 2);
  EXPECT_EQ(number_in("-0.5"), -0.5);
  EXPECT_EQ(number_in("+1.5"), 1.5);
  EXPECT_EQ(number_in(".5"), 0.5);
  EXPECT_EQ(number_in("5."), 5);
  EXPECT_EQ(number_in("1e-5"), 1e-5) << "a word in YAML 1.1, a number wherever mergekit wants one";
  EXPECT_EQ(number_in("1.0E+3"), 1000);
  EXPECT_EQ(number_in("1_000.5"), 1000.5);
  EXPECT_EQ(number_in("0"), 0);
  EXPECT_EQ(number_in("0.10"), 0.1);
}

TEST(NumberIn, RefusesEverythingElse) {
  for (const std::string_view text :
       {"",     "abc",  "1x",  "0x10", "010",   "-010", "1e", "--1", "+-1", "1_",  "_1",
        "1__0", ".inf", "inf", "nan",  "1e999", "1,5",  " 1", ".",   "-",   "1:30"}) {
    EXPECT_EQ(number_in(text), std::nullopt) << text;
  }
}

TEST(BooleanIn, TakesTheWordsOfYaml11AndMergekit) {
  for (const std::string_view text : {"true", "True", "TRUE", "yes", "on", "On", "t", "Y", "1"}) {
    EXPECT_EQ(boolean_in(text), true) << text;
  }
  for (const std::string_view text : {"false", "No", "OFF", "f", "n", "0"})
    EXPECT_EQ(boolean_in(text), false) << text;
  for (const std::string_view text : {"", "2", ".5", "0.0", "ja", "yess"})
    EXPECT_EQ(boolean_in(text), std::nullopt) << text;
}

TEST(YamlValue, ReadsWhatIsAsked) {
  EXPECT_EQ(value("word").text("x"), "word");
  EXPECT_EQ(value("'quoted 1'").text("x"), "quoted 1");
  EXPECT_EQ(value("'0.5'").number("x"), 0.5) << "numeric text counts as a number";
  EXPECT_TRUE(value("on").boolean("x"));
  EXPECT_EQ(value("1e1").integer("x", 0, 10), 10);
  EXPECT_EQ(value("-3").integer("x", -3, 10), -3);
  EXPECT_EQ(value("18446744073709551615").seed("x"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(value("[a, b]").list("x").size(), 2U);
}

TEST(YamlValue, SaysWhatItSaw) {
  EXPECT_EQ(message_of([] { value("abc").number("weight"); }),
            "f:1:1: weight is 'abc', expected a number; write it in decimal, for example 0.5");
  EXPECT_THAT(message_of([] { value("[]").number("x"); }),
              HasSubstr("x is an empty list, expected a number"));
  EXPECT_THAT(message_of([] { value("{a: 1}").text("x"); }), HasSubstr("x is a mapping, expected text"));
  EXPECT_THAT(message_of([] { value("~").text("x"); }), HasSubstr("x is empty, expected text"));
  EXPECT_THAT(message_of([] { value("''").text("x"); }), HasSubstr("x is '', expected text"));
  EXPECT_THAT(message_of([] { value("2").boolean("x"); }), HasSubstr("x is '2', expected true or false"));
  EXPECT_THAT(message_of([] { value("1.5").integer("x", 0, 9); }),
              HasSubstr("x is '1.5', expected a whole number"));
  EXPECT_THAT(message_of([] { value("-1").integer("x", 0, 9); }),
              HasSubstr("x is '-1', expected at least 0; raise it"));
  EXPECT_THAT(message_of([] { value("10").integer("x", 0, 9); }),
              HasSubstr("x is '10', expected at most 9; lower it"));
  EXPECT_THAT(message_of([] { value("-1").seed("x"); }),
              HasSubstr("expected a whole number from 0 to 2^64 - 1"));
  EXPECT_THAT(message_of([] { value("18446744073709551616").seed("x"); }), HasSubstr("2^64 - 1"));
  EXPECT_THAT(message_of([] { value("a").list("x"); }), HasSubstr("x is 'a', expected a list"));
}

TEST(YamlValue, ShowsTheBeginOfLongText) {
  EXPECT_EQ(value(std::string(60, 'x')).seen(), "'" + std::string(60, 'x') + "'");
  EXPECT_EQ(value(std::string(61, 'x')).seen(), "'" + std::string(60, 'x') + "…'");
  std::string kanji = "ab";  // then 3 bytes each: byte 60 is inside the twentieth
  for (int i = 0; i < 30; ++i) kanji += "日";
  EXPECT_THAT(value(kanji).seen(), AllOf(EndsWith("日…'"), SizeIs(2 + 19 * 3 + 5)));
}

TEST(YamlMapping, KeepsTheOrderOfTheFile) {
  std::vector<std::string> keys;
  for (const auto& entry : YamlMapping(value("{z: 1, a: 2}"), "x").entries()) keys.push_back(entry.key);
  EXPECT_THAT(keys, ElementsAre("z", "a"));
}

TEST(YamlMapping, NullIsAbsent) {
  const YamlMapping mapping(value("a:\nb: 1\n"), "a thing", {.keys = {"a", "b", "c"}, .unadvertised = {}},
                            {});
  EXPECT_EQ(mapping.find("a"), nullptr);
  EXPECT_EQ(mapping.find("c"), nullptr);
  ASSERT_NE(mapping.find("b"), nullptr);
  EXPECT_EQ(mapping.find("b")->mark.text(), "f:2:1");
  EXPECT_EQ(message_of([&] { mapping.need("a", "a: 1"); }),
            "f:1:1: a thing has no 'a'; add it, for example a: 1");
}

TEST(YamlMapping, UnknownKeysAreRefusedOrNoted) {
  const KnownKeys known{.keys = {"dtype", "models"}, .unadvertised = {"old"}};
  const YamlValue written = value("old: 1\ndype: 2\nquite_else: 3\n");
  EXPECT_EQ(message_of([&] { YamlMapping(written, "x", known, {}); }),
            "f:2:1: unknown key 'dype'; did you mean 'dtype'?");
  std::vector<std::string> notes;
  const YamlMapping mapping(written, "x", known, {.refuse = false, .notes = &notes});
  EXPECT_THAT(notes, ElementsAre("f:2:1: unknown key 'dype'; did you mean 'dtype'? (ignored)",
                                 "f:3:1: unknown key 'quite_else'; known: dtype, models (ignored)"));
  EXPECT_EQ(message_of([] { YamlMapping(value("[1]"), "x"); }),
            "f:1:1: x is a list, expected a mapping; write 'key: value' lines");
}

}  // namespace
}  // namespace tsugi::recipes
