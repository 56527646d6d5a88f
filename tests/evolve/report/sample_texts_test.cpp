// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/sample_texts.h"

#include <gtest/gtest.h>

namespace tsugi::evolve {
namespace {

using Json = nlohmann::ordered_json;

TEST(SampleTexts, OfAGeneratedAnswer) {
  const Json sample = Json::parse(R"({"doc_id": 3, "doc": {"question": "1+1?", "id": "q3"}, "target": "2",
    "arguments": {"gen_args_0": {"arg_0": "Q: 1+1?\nA:", "arg_1": {"until": ["\n"]}}},
    "resps": [["It is 2."]], "filtered_resps": ["2"]})");
  const SampleTexts texts = sample_texts(sample);
  EXPECT_EQ(texts.question, "1+1?");
  EXPECT_EQ(texts.reference, "2");
  EXPECT_EQ(texts.answer, "It is 2.\n→ 2");
  EXPECT_EQ(sample_id("math", sample), "math/q3");
}

TEST(SampleTexts, OfAChoice) {
  const Json sample = Json::parse(R"({"doc_id": 3, "doc": {"id": 7}, "target": "1",
    "arguments": {"gen_args_0": {"arg_0": "Sky?", "arg_1": " green"}, "gen_args_1": {"arg_0": "Sky?", "arg_1": " blue"}},
    "resps": [[["-2.5", "False"]], [["-0.5", "True"]]], "filtered_resps": [["-2.5", "False"], ["-0.5", "True"]]})");
  const SampleTexts texts = sample_texts(sample);
  EXPECT_EQ(texts.question, "Sky?");
  EXPECT_EQ(texts.reference, " blue");
  EXPECT_EQ(texts.answer, " blue");
  EXPECT_EQ(sample_id("sky", sample), "sky/3");  // an id that is no text is none
}

TEST(SampleTexts, OfOneContinuation) {
  const Json sample = Json::parse(R"({"doc_id": 0, "doc": {}, "target": " x",
    "arguments": {"gen_args_0": {"arg_0": "ctx", "arg_1": " x"}}, "resps": [[["-1.25", "True"]]]})");
  EXPECT_EQ(sample_texts(sample).answer, "log-likelihood -1.25");
  EXPECT_EQ(sample_texts(sample).reference, " x");
}

TEST(SampleTexts, ChoicesThatDifferInTheirContext) {
  const Json sample = Json::parse(R"({"doc_id": 0, "doc": {}, "target": "0",
    "arguments": {"gen_args_0": {"arg_0": "Ann", "arg_1": " ran"}, "gen_args_1": {"arg_0": "Bob", "arg_1": " ran"}},
    "resps": [[["-1", "False"]], [["-2", "False"]]]})");
  EXPECT_EQ(sample_texts(sample).answer, "Ann");
}

TEST(SampleTexts, ForeignLinesHaveNoTexts) {
  for (const char* text :
       {"{}", R"({"doc": 3, "resps": 4, "arguments": []})", R"({"resps": [[["x"]], 5], "target": null})",
        R"({"arguments": {"gen_args_0": "prompt"}})", R"({"resps": [[["nan?", "False"]], [[1, 2]]]})"})
    EXPECT_NO_THROW(sample_texts(Json::parse(text))) << text;
  EXPECT_EQ(sample_texts(Json::object()).answer, "");
}

}  // namespace
}  // namespace tsugi::evolve
