// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values are what pandas.io.json.ujson_dumps and ujson_loads give (pandas 2 beside datasets 5.2).
#include "eval/tasks/ujson.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

TEST(UJson, WritesTenDigitsBehindThePoint) {
  const std::pair<double, const char*> cases[] = {
      {0.5209384176131452, "0.5209384176"},
      {-6.539851968418981e-08, "-0.0000000654"},
      {1e300, "1e+300"},
      {1.2345678901234e20, "1.23456789e+20"},
      {9999999999999998.0, "9999999999999998.0"},
      {1e16, "10000000000000000.0"},
      {123456789.123, "123456789.1229999959"},
      {0.99999999999, "1.0"},
      {5e-11, "0.0000000001"},
      {1.5e-10, "0.0000000002"},
      {3.0, "3.0"},
      {-0.0, "0.0"},
      {-1.25, "-1.25"},
      {4e-16, "4e-16"},
      {1e-15, "0.0"},
      {0.1, "0.1"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(ujson_text(value), text);
}

TEST(UJson, ReadsNumbersItsOwnWay) {
  EXPECT_EQ(ujson_number("0.1234567890123456789"), 0.12345678901234501);
  EXPECT_EQ(ujson_number("6.234561219695566e-08"), 6.234561219695566e-08);
  EXPECT_EQ(ujson_number("0.0000000623"), 6.230000000000001e-08);
  EXPECT_EQ(ujson_number("1.23456789e+20"), 1.2345678900000001e+20);
  EXPECT_EQ(ujson_number("-.5"), -0.5);
  EXPECT_EQ(ujson_number("1.e2"), 100);
  EXPECT_EQ(ujson_number("1e400"), std::numeric_limits<double>::infinity());
}

TEST(UJson, TextsThatAreJsonAreWhatTheySay) {
  const std::pair<const char*, Json> cases[] = {
      {"12", 12},
      {"-", 0},
      {"007", 7},
      {"-09", -9},
      {" 7 ", 7},
      {"1.", 1.0},
      {"1e", 1.0},
      {"-.", -0.0},
      {"true", true},
      {"null", nullptr},
      {"NaN", nullptr},
      {"+5", "+5"},
      {".5", ".5"},
      {"0x10", "0x10"},
      {"1_000", "1_000"},
      {"x", "x"},
      {"", ""},
      {"nan", "nan"},
      {"[1, 2.25]", {1, 2.25}},
      {"[1,]", "[1,]"},
      {"1.5.2", "1.5.2"},
      {"18446744073709551616", "18446744073709551616"},
      {"-9223372036854775809", "-9223372036854775809"},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"18446744073709551615", 18446744073709551615ULL},
  };
  for (const auto& [text, value] : cases) EXPECT_EQ(ujson_value(text).dump(), value.dump()) << text;
  EXPECT_EQ(ujson_value({{"b", 0.12345678901234}}), Json({{"b", 0.12345678900000001}}));
}

}  // namespace
}  // namespace tsugi::eval
