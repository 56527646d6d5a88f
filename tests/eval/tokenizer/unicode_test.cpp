// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: the classes as the engines inside tokenizers 0.23 see them (fingerprints over all code
// points, tests/peers/make_tokenizer_golden.py), and the worked examples of the Unicode standard,
// section 3.9.
#include "eval/tokenizer/unicode.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "eval/tokenizer/scripts.h"
#include "tests/eval/tokenizer/golden.h"

namespace tsugi::tests {
namespace {

using namespace eval::unicode;

/// [count, FNV-1a of the numbers as 32-bit little-endian ones].
nlohmann::json fingerprint(const std::vector<std::uint32_t>& numbers) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const std::uint32_t number : numbers) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      hash = (hash ^ (number >> shift & 0xFFU)) * 0x100000001B3U;
  }
  return {numbers.size(), fmt::format("{:016x}", hash)};
}

/// Of the code points that belong to something, surrogates left out.
nlohmann::json fingerprint(const std::function<bool(char32_t)>& belongs) {
  std::vector<std::uint32_t> codes;
  for (std::uint32_t code = 0; code < 0x110000; ++code) {
    if (!(code >= 0xD800 && code < 0xE000) && belongs(code)) codes.push_back(code);
  }
  return fingerprint(codes);
}

nlohmann::json fingerprint(Class which) {
  return fingerprint([which](char32_t code) { return (classes(code) & which) != 0; });
}

TEST(Unicode, ScriptsAreTheLibrarysOverAllCodePoints) {
  const nlohmann::json golden = read_golden("classes.json");
  for (const auto& [name, expected] : golden["scripts"].items()) {
    const auto number = script_named(name);
    ASSERT_TRUE(number.has_value()) << name;
    EXPECT_EQ(fingerprint([number](char32_t code) { return script(code) == *number; }), expected) << name;
  }
  EXPECT_EQ(script_named("hani"), script_named("Han"));
  EXPECT_EQ(script_named("OLD italic"), script_named("Ital"));
  EXPECT_EQ(script_named("Hann"), std::nullopt);
  EXPECT_EQ(script_named(""), std::nullopt);
}

// Where UnicodeScripts cuts the text of all code points, by its number of characters.
TEST(Unicode, ScriptsAreCutWhereTheLibraryCutsThem) {
  std::vector<std::uint32_t> cuts;
  std::uint32_t position = 0;
  std::uint8_t last = 0;
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code == 0xD800) code = 0xE000;
    const std::uint8_t here = script_split_class(code);
    if (here != 0 && here != last) {
      cuts.push_back(position);
      last = here;
    }
    ++position;
  }
  EXPECT_EQ(fingerprint(cuts), read_golden("classes.json")["script_cuts"]);
}

TEST(Unicode, ClassesAreTheLibrarysOverAllCodePoints) {
  const nlohmann::json golden = read_golden("classes.json");
  EXPECT_EQ(fingerprint(kLetter), golden["letter"]);
  EXPECT_EQ(fingerprint(kNumber), golden["number"]);
  EXPECT_EQ(fingerprint(kNumeric), golden["number_of_digits"]);
  EXPECT_EQ(fingerprint(kSpace), golden["space"]);
  EXPECT_EQ(fingerprint(kSpace), golden["space_of_strip"]);
  EXPECT_EQ(fingerprint(kWord), golden["word"]);
  EXPECT_EQ(classes(0x110000), 0);
}

TEST(Unicode, EveryCodePointGoesThroughUtf8AndBack) {
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code == 0xD800) code = 0xE000;
    std::string text = "x";
    append_utf8(text, code);
    ASSERT_EQ(first_invalid_utf8(text), std::nullopt) << static_cast<std::uint32_t>(code);
    ASSERT_EQ(code_point_at(text, 1).value, code);
    ASSERT_EQ(code_point_at(text, 1).length, text.size() - 1);
    ASSERT_EQ(code_point_before(text, text.size()).value, code);
  }
}

TEST(Unicode, MaximalInvalidPartsBecomeOneReplacementEach) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(replace_invalid_utf8("plain あ"), "plain あ");
  // Unicode 16, tables 3-8 to 3-11.
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(replace_invalid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), r + r + r + r + "A");
}

TEST(Unicode, FirstInvalidByteIsFound) {
  EXPECT_EQ(first_invalid_utf8(""), std::nullopt);
  EXPECT_EQ(first_invalid_utf8("ab\xE3\x81"), 2U);
  EXPECT_EQ(first_invalid_utf8("あ\x80"), 3U);
}

}  // namespace
}  // namespace tsugi::tests
