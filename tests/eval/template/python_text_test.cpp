// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values are Python's (tests/peers/make_template_golden.py).
#include "eval/template/python_text.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace tsugi::eval::python {
namespace {

nlohmann::json golden() {
  std::ifstream in(TSUGI_ROOT "/tests/golden/template/characters.json");
  return nlohmann::json::parse(in);
}

TEST(PythonText, SpacesAreThoseOfIsspace) {
  const std::set<unsigned> expected = golden()["spaces"].get<std::set<unsigned>>();
  for (unsigned point = 0; point <= 0x10FFFF; ++point) {
    ASSERT_EQ(is_space(static_cast<char32_t>(point)), expected.count(point) == 1) << std::hex << point;
  }
}

TEST(PythonText, CaseOfEveryCharacterThatHasOne) {
  const nlohmann::json expected = golden();
  for (const auto& [character, mapped] : expected["lower"].items())
    EXPECT_EQ(lower(character), mapped.get<std::string>());
  for (const auto& [character, mapped] : expected["upper"].items())
    EXPECT_EQ(upper(character), mapped.get<std::string>());
  for (const auto& [character, mapped] : expected["capitalize"].items())
    EXPECT_EQ(capitalize(character), mapped.get<std::string>());
  for (unsigned point = 1; point < 0x3000;
       ++point) {  // the scripts with case; assigned since Python's Unicode 14 excluded
    const std::string character = utf8(std::u32string(1, static_cast<char32_t>(point)));
    if (point >= 0xD800 && point < 0xE000) continue;
    if (!expected["lower"].contains(character)) {
      EXPECT_EQ(lower(character), character) << std::hex << point;
    }
    if (!expected["upper"].contains(character)) {
      EXPECT_EQ(upper(character), character) << std::hex << point;
    }
    if (!expected["capitalize"].contains(character)) {
      EXPECT_EQ(capitalize(character), character) << std::hex << point;
    }
  }
}

// 'ΟΔΟΣ'.capitalize() and the like in Python 3.11: a sigma is final by the whole word.
TEST(PythonText, CapitalizeLowersWhatFollows) {
  EXPECT_EQ(capitalize("ΟΔΟΣ ΣΑΣ"), "Οδος σας");
  EXPECT_EQ(capitalize("ßTRASSE"), "Sstrasse");
  EXPECT_EQ(capitalize(" ABC"), " abc");
  EXPECT_EQ(capitalize("İI"), "İi");
  EXPECT_EQ(capitalize(""), "");
}

TEST(PythonText, StripStopsAtTheFirstOther) {
  EXPECT_EQ(strip("\u3000\x1c a b \u00a0\n"), "a b");
  EXPECT_EQ(strip("\u180e"), "\u180e");
  EXPECT_EQ(strip(" \n"), "");
  EXPECT_EQ(rstrip("日本 "), "日本");
  EXPECT_EQ(lstrip("日本語", "本日"), "語");
}

TEST(PythonText, BrokenBytesDoNotRunAway) {
  EXPECT_EQ(code_points("a\xE3\x81"), U"a\uFFFD\uFFFD");
  EXPECT_EQ(rstrip("\x80\x80\x80\x80\x80 "), "\x80\x80\x80\x80\x80");
  EXPECT_EQ(length("\xFFz"), 2U);
}

}  // namespace
}  // namespace tsugi::eval::python
