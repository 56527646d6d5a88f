// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using tests::message_of;

YamlMapping mapping(const std::string& text) {
  return {YamlValue(load_yaml(text, "f"), "f"), "x"};
}

ParameterMap parameters(const std::string& text, const UnknownKeys& unknown = {}) {
  return read_parameters(mapping("parameters:\n" + text), unknown);
}

std::string parameter_error(const std::string& text) {
  return message_of([&] { parameters(text); });
}

std::string model_error(const std::string& text) {
  return message_of([&] { read_optional_model(mapping("model: " + text), "model"); });
}

TEST(ReadModel, TakesPathsAndMergekitsMappings) {
  const auto read = [](const std::string& text) {
    return read_optional_model(mapping("model: " + text), "model");
  };
  EXPECT_EQ(read("../pocket/math")->text, "../pocket/math");
  EXPECT_EQ(read("org/name")->mark.text(), "f:1:8");
  EXPECT_EQ(read("{model: a/b}")->text, "a/b");
  EXPECT_EQ(read("{model: {path: a/b, revision: null}, lora: ~}")->text, "a/b");
  EXPECT_EQ(read("{model: {path: 'a+b@c'}}")->text, "a+b@c");
  EXPECT_EQ(read("base+adapter")->text, "base+adapter");
  EXPECT_EQ(read("org/name@main")->text, "org/name@main");
  EXPECT_EQ(read("{model: {path: org/a, revision: main}, lora: {path: b, revision: v1}}")->text,
            "org/a@main+b@v1");
  EXPECT_EQ(read("{model: a, lora: b}")->text, "a+b");
  EXPECT_EQ(read("~"), std::nullopt);
}

TEST(ReadModel, RefusesWhatThisVersionDoesNot) {
  EXPECT_THAT(model_error("{model: a, override_architecture: B}"),
              HasSubstr("'override_architecture' in a model"));
}

TEST(ReadModel, RefusesWhatIsNoModel) {
  EXPECT_THAT(model_error("[a]"), StartsWith("f:1:8: model is a list, expected text"));
  EXPECT_EQ(model_error("{modle: a}"), "f:1:9: unknown key 'modle'; did you mean 'model'?");
  EXPECT_THAT(model_error("{model: {}}"), StartsWith("f:1:16: model has no 'path'"));
}

TEST(ReadDtype, TakesTheFourFloatingTypes) {
  const auto read = [](const std::string& text) { return read_dtype(mapping("dtype: " + text), "dtype"); };
  EXPECT_EQ(read("bfloat16"), DType::BF16);
  EXPECT_EQ(read("float16"), DType::F16);
  EXPECT_EQ(read("torch.float32"), DType::F32);
  EXPECT_EQ(read("float64"), DType::F64);
  EXPECT_EQ(read("null"), std::nullopt);
  EXPECT_EQ(read_dtype(mapping("a: 1"), "dtype"), std::nullopt);
}

TEST(ReadDtype, RefusesOthersWithTheNearest) {
  const auto error = [](const std::string& text) {
    return message_of([&] { read_dtype(mapping("dtype: " + text), "dtype"); });
  };
  EXPECT_EQ(error("bfloat"), "f:1:8: dtype is 'bfloat', expected a floating type; did you mean 'bfloat16'?");
  EXPECT_EQ(error("int64"),
            "f:1:8: dtype is 'int64', expected a floating type; int64 would cut every weight to a whole "
            "number; write float32");
  EXPECT_THAT(error("half"), HasSubstr("known: bfloat16, float16, float32, float64"));
}

TEST(ReadParameters, TakesNumbersAndBooleans) {
  const ParameterMap map = parameters("  a: 0.5\n  b: yes\n  c: off\n  d: 1e-5\n  e: '2'\n  f: -.5\n");
  EXPECT_EQ(map.at("a"), ParameterSetting::constant(0.5));
  EXPECT_EQ(map.at("b"), ParameterSetting::constant(1));
  EXPECT_EQ(map.at("c"), ParameterSetting::constant(0));
  EXPECT_EQ(map.at("d"), ParameterSetting::constant(1e-5));
  EXPECT_EQ(map.at("e"), ParameterSetting::constant(2));
  EXPECT_EQ(map.at("f"), ParameterSetting::constant(-0.5));
  EXPECT_EQ(map.at("b").mark.text(), "f:3:3");
}

TEST(ReadParameters, TakesGradients) {
  const ParameterMap map = parameters("  a: [0, 0.5, true, '1e1']\n");
  ASSERT_THAT(map.at("a").conditions, SizeIs(1));
  EXPECT_THAT(map.at("a").conditions.front().value.points, ElementsAre(0, 0.5, 1, 10));
}

TEST(ReadParameters, TakesConditions) {
  const ParameterMap map = parameters(
      "  t:\n    - filter: self_attn\n      value: [0, 1]\n    - {filter: '*', value: 0.25}\n    - value: 1\n"
      "  bare: {filter: mlp, value: 2}\n  all: {filter: null, value: 3}\n");
  const auto& t = map.at("t").conditions;
  ASSERT_THAT(t, SizeIs(3));
  EXPECT_EQ(t[0].filter, "self_attn");
  EXPECT_THAT(t[0].value.points, ElementsAre(0, 1));
  EXPECT_EQ(t[0].mark.text(), "f:3:7");
  EXPECT_EQ(t[1].filter, "*");
  EXPECT_EQ(t[2].filter, std::nullopt);
  ASSERT_THAT(map.at("bare").conditions, SizeIs(1)) << "a bare mapping is a list of one";
  EXPECT_EQ(map.at("bare").conditions.front().filter, "mlp");
  EXPECT_EQ(map.at("all"), ParameterSetting::constant(3));
}

TEST(ReadParameters, RefusesWhatIsNoValue) {
  EXPECT_EQ(parameter_error("  weight: abc\n"),
            "f:2:11: weight is 'abc', expected a number, a boolean or a list of them; write for example 0.5 "
            "or [0, 0.5, 1]");
  EXPECT_EQ(parameter_error("  weight: []\n"),
            "f:2:11: weight is an empty list, expected at least one value; give a number, or remove the key");
  EXPECT_THAT(parameter_error("  weight:\n"), StartsWith("f:2:3: weight is empty, expected a number"));
  EXPECT_THAT(parameter_error("  weight:\n    - 1\n    -\n"),
              StartsWith("f:3:5: a point of weight is empty"));
  EXPECT_THAT(parameter_error("  weight: .nan\n"), StartsWith("f:2:11: weight is '.nan', expected a number"));
  EXPECT_THAT(parameter_error("  weight: [1, [2]]\n"),
              StartsWith("f:2:15: a point of weight is a list, expected a number"));
  EXPECT_THAT(parameter_error("  weight: [1, abc]\n"),
              StartsWith("f:2:15: a point of weight is 'abc', expected a number"));
  EXPECT_THAT(parameter_error("  - weight\n"), StartsWith("f:2:3: parameters is a list, expected a mapping"));
}

TEST(ReadParameters, RefusesMixedLists) {
  const std::string expected =
      " an entry of t is '0.5', expected a condition, as its other entries are; write '- value: NUMBER' as "
      "the last entry "
      "for all other tensors";
  EXPECT_EQ(parameter_error("  t:\n    - {filter: mlp, value: 1}\n    - 0.5\n"), "f:4:7:" + expected);
  EXPECT_EQ(parameter_error("  t:\n    - 0.5\n    - {filter: mlp, value: 1}\n"), "f:3:7:" + expected);
}

TEST(ReadParameters, RefusesBrokenConditions) {
  EXPECT_EQ(parameter_error("  t: {filtre: mlp, value: 1}\n"),
            "f:2:7: unknown key 'filtre'; did you mean 'filter'?");
  EXPECT_EQ(parameter_error("  t: {filter: mlp}\n"),
            "f:2:6: a condition of t has no 'value'; add it, for example value: 0.5");
  EXPECT_THAT(parameter_error("  t: {value: []}\n"), StartsWith("f:2:14: value of t is an empty list"));
  EXPECT_THAT(parameter_error("  t: {value: {value: 1}}\n"), StartsWith("f:2:14: value of t is a mapping"));
}

TEST(ReadParameters, LenientNotesUnknownKeysOfConditions) {
  std::vector<std::string> notes;
  const ParameterMap map = parameters("  t: {filtre: mlp, value: 1}\n", {.refuse = false, .notes = &notes});
  EXPECT_EQ(map.at("t"), ParameterSetting::constant(1));
  EXPECT_THAT(notes, ElementsAre("f:2:7: unknown key 'filtre'; did you mean 'filter'? (ignored)"));
}

}  // namespace
}  // namespace tsugi::recipes
