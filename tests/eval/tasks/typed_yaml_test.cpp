// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/typed_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/eval/tasks/golden.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

std::string type_of(const Json& value) {
  if (value.is_null()) return "NoneType";
  if (value.is_boolean()) return "bool";
  if (value.is_number_float()) return "float";
  if (value.is_number_integer()) return "int";
  return "str";
}

std::string error_of(const std::string& text) {
  try {
    return "no error but: " + read_typed_yaml(text, "task.yaml").json().dump();
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(TypedYaml, ScalarsAsPyYamlTypesThem) {
  const Json golden = tests::task_golden();
  ASSERT_GT(golden["scalars"].size(), 80U);
  for (const Json& row : golden["scalars"]) {
    const std::string text = row["yaml"];
    const Json value = read_typed_yaml("k: " + text, "task.yaml").json()["k"];
    EXPECT_EQ(type_of(value), row["type"].get<std::string>()) << text;
    if (value.is_number_float() && row["value"].is_string()) {
      EXPECT_EQ(std::isnan(value.get<double>()) ? "nan"
                : value > 0                     ? "inf"
                                                : "-inf",
                row["value"].get<std::string>());
    } else {
      EXPECT_EQ(value, row["value"]) << text;
    }
  }
}

// As PyYAML 6 reads them.
TEST(TypedYaml, FoldedTextKeepsTheLineFeedsAtItsEnd) {
  const std::pair<const char*, const char*> cases[] = {
      {"k: >+\n  a\n  b\n\nl: 1\n", "a b\n\n"},
      {"k: >+\n  a\n", "a\n"},
      {"k: >+\n  a", "a"},
      {"k: >+\n  a\n\n\n", "a\n\n\n"},
      {"k: >+ # c\n  日\n\n   x\n\n\nl: 1\n", "日\n\n x\n\n\n"},
      {"k: >+\r\n  a\r\n\r\nl: 1\r\n", "a\n\n"},
      {"\xEF\xBB\xBFk: >+\n  a\n\nl: 1\n", "a\n\n"},
      {"k: |+\n  a\n\nl: 1\n", "a\n\n"},
      {"k: >\n  a\n\nl: 1\n", "a\n"},
      {"k: >-\n  a\n\nl: 1\n", "a"}};
  for (const auto& [text, value] : cases)
    EXPECT_EQ(read_typed_yaml(text, "task.yaml").json()["k"].get<std::string>(), value) << text;
}

TEST(TypedYaml, WhatPythonCannotReadEither) {
  EXPECT_THAT(error_of("k: 0x_"), HasSubstr("task.yaml:1:4: the number 0x_ has no digits"));
  EXPECT_THAT(error_of("k: !!int x"), HasSubstr("task.yaml:1:4: 'x' with the tag '!!int'"));
  EXPECT_THAT(error_of("k: 99999999999999999999"), HasSubstr("does not fit in 64 bits"));
}

TEST(TypedYaml, FunctionsAreKeptByName) {
  const TypedYaml root =
      read_typed_yaml("task: a\nprocess_docs: !function utils.process_docs\n", "task.yaml");
  const TypedYaml& function = *root.find("process_docs");
  EXPECT_EQ(function.function, "utils.process_docs");
  EXPECT_FALSE(function.is_null());
  EXPECT_FALSE(function.is_text());
  EXPECT_EQ(function.seen(), "'!function utils.process_docs'");
  EXPECT_THAT(error_of("k: !function"), HasSubstr("task.yaml:1:4: '!function ' names no function"));
  EXPECT_THAT(error_of("k: !function f"), HasSubstr("names no function"));
  EXPECT_THAT(error_of("!function a.b: 1"), HasSubstr("a function as a key"));
  EXPECT_THAT(error_of("k: !function [a.b]"), HasSubstr("tag '!function'"));
  EXPECT_THAT(error_of("k: !other a.b"), HasSubstr("tag '!other'"));
  EXPECT_EQ(error_of("a: 'x !function y'"), R"(no error but: {"a":"x !function y"})");
}

TEST(TypedYaml, KeepsOrderPlacesAndKindsOfKeys) {
  const TypedYaml root = read_typed_yaml("b: 1\na: [x, {c: on}]\nyes: 2\n", "task.yaml");
  EXPECT_EQ(root.json().dump(), R"({"b":1,"a":["x",{"c":true}],"yes":2})");
  EXPECT_EQ(root.find("a")->items[1].find("c")->mark.text(), "task.yaml:2:12");
  EXPECT_FALSE(root.members[2].is_text_key);
  EXPECT_EQ(root.find("z"), nullptr);
}

}  // namespace
}  // namespace tsugi::eval
