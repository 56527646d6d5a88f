// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view text) {
  return tests::message_of<InputError>([&] { parse_json(text, "f.json"); });
}

TEST(ParseJson, KeepsValuesAndOrder) {
  const std::string text = R"({"z":1,"a":[true,null,-2,1.5,"é\n"],"m":{"k":18446744073709551615}})";
  EXPECT_EQ(parse_ordered_json(text, "f").dump(), text);
  EXPECT_EQ(parse_json(text, "f"), nlohmann::json::parse(text));
  EXPECT_EQ(parse_json("3", "f"), 3);
}

TEST(ParseJson, RefusesAKeyGivenTwiceWithBothPlaces) {
  // Quotes and backslashes in keys must not confuse the places.
  EXPECT_THAT(error_of(R"({"a\\\"b":1,"c":2,"a\\\"b":3})"), HasSubstr("stands twice, at bytes 1 and 18"));
  EXPECT_THAT(error_of(R"([{"k":0},{"k":{"k":1}},{"k":1,"k":2}])"), HasSubstr("at bytes 24 and 30"));
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  EXPECT_THAT(error_of(""), HasSubstr("invalid JSON at byte 0"));
  EXPECT_THAT(error_of("{\"a\":}"), HasSubstr("invalid JSON at byte 5"));
  EXPECT_THAT(error_of("{\"a\":1e999}"), HasSubstr("invalid JSON"));
  EXPECT_THAT(error_of(std::string("1\0", 2)), HasSubstr("zero byte in JSON at byte 1"));
  EXPECT_THAT(error_of("\"\xc3\x28\""), HasSubstr("invalid UTF-8 at byte 2"));
  EXPECT_THAT(error_of("{} {}"), HasSubstr("invalid JSON at byte 3"));
}

TEST(ParseJson, NestsUpTo128Levels) {
  EXPECT_EQ(error_of(std::string(128, '[') + std::string(128, ']')), "no error");
  EXPECT_THAT(error_of(std::string(129, '[') + std::string(129, ']')),
              HasSubstr("deeper than 128 levels at byte 128"));
  EXPECT_THAT(error_of(std::string(5'000'000, '[')), HasSubstr("deeper than 128"));
}

TEST(ParseJson, TakesAByteOrderMarkOnlyWhereAllowed) {
  const std::string text = "\xEF\xBB\xBF{\"a\":1,\"a\":2}";
  EXPECT_THAT(error_of(text), HasSubstr("byte order mark"));
  bool had_bom = false;
  EXPECT_EQ(parse_ordered_json("\xEF\xBB\xBF[]", "f", &had_bom).dump(), "[]");
  EXPECT_TRUE(had_bom);
  EXPECT_EQ(parse_ordered_json("[]", "f", &had_bom).dump(), "[]");
  EXPECT_FALSE(had_bom);
  EXPECT_THAT(tests::message_of<InputError>([&] { parse_ordered_json(text, "f", &had_bom); }),
              HasSubstr("at bytes 4 and 10"));
}

// A hundred thousand keys: quadratic work would take minutes.
TEST(ParseJson, LargeObjectsTakeLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += (i > 0 ? ",\"key" : "\"key") + std::to_string(i) + "\":0";
  EXPECT_EQ(parse_ordered_json(text + "}", "f").size(), 100'000U);
}

TEST(Cited, IsSafeInOneLine) {
  EXPECT_EQ(cited("a.b"), "'a.b'");
  EXPECT_EQ(cited("a\n\x7f"), R"('a\x0a\x7f')");
  EXPECT_EQ(cited(std::string(150, 'x')), fmt::format("'{:x<100}…'", ""));
  const std::string wide = std::string(99, 'x') + "é tail";  // the letter would be cut in two
  EXPECT_EQ(cited(wide), fmt::format("'{:x<99}…'", ""));
}

}  // namespace
}  // namespace tsugi::merge
