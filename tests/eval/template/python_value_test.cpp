// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values are Python's (tests/peers/make_template_golden.py).
#include "eval/template/python_value.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

namespace tsugi::eval::python {
namespace {

TEST(PythonValue, FloatsReadAsPythonWritesThem) {
  std::ifstream in(TSUGI_ROOT "/tests/golden/template/jinja.json");
  const Json golden = Json::parse(in);
  for (const Json& row : golden["floats"]) {
    EXPECT_EQ(float_text(row[0].get<double>()), row[1].get<std::string>());
  }
  EXPECT_EQ(float_text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(float_text(std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(PythonValue, TypesWithoutAnOrder) {
  EXPECT_EQ(order(Json("a"), Json(1)), std::nullopt);
  EXPECT_EQ(order(Json(nullptr), Json(nullptr)), std::nullopt);
  EXPECT_EQ(order(Json(true), Json(0.5)), 1);
  EXPECT_EQ(order(Json({1, 2}), Json({1, "a"})), std::nullopt);
}

TEST(PythonValue, DictsAreEqualInAnyOrder) {
  EXPECT_TRUE(equal(Json::parse(R"({"a": 1, "b": 2})"), Json::parse(R"({"b": 2.0, "a": true})")));
  EXPECT_FALSE(equal(Json::parse(R"({"a": 1})"), Json::parse(R"({"a": 2})")));
  EXPECT_FALSE(equal(Json::parse(R"({"a": 1})"), Json::parse(R"({"b": 1})")));
}

}  // namespace
}  // namespace tsugi::eval::python
