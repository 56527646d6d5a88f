// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Broken documents under ported functions; what the functions give is in scorers/task_types_test.cpp, as
// lm-evaluation-harness recorded it.
#include "eval/tasks/ports/port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using python::Json;
using testing::HasSubstr;

const PortedFunction& function(std::string_view module, std::string_view name) {
  for (const Port& port : ports()) {
    for (const PortedFunction& function : port.functions) {
      if (port.module == module && function.name == name) return function;
    }
  }
  throw Error("no such port");
}

template <class Function>
std::string error_of(Function run, const char* doc) {
  try {
    return "no error but " + run(Json::parse(doc), "items.jsonl:3").dump();
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(Ports, HaveNamesDigestsAndOnePurposeEach) {
  for (const Port& port : ports()) {
    EXPECT_THAT(port.module, testing::EndsWith(".py"));
    for (const std::string_view digest : port.sha256)
      EXPECT_TRUE(std::regex_match(std::string(digest), std::regex("[0-9a-f]{64}"))) << digest;
    for (const PortedFunction& function : port.functions) {
      EXPECT_EQ((function.of_doc != nullptr) + (function.columns != nullptr) + !function.metrics.empty(), 1)
          << function.name;
    }
  }
}

// Where Python raises KeyError or ValueError.
TEST(Ports, RefuseDocumentsThatPythonCannotReadEither) {
  const auto& hellaswag = *function("hellaswag/utils.py", "process_docs").columns;
  EXPECT_THAT(error_of(hellaswag, R"({"ctx_a": "a"})"),
              HasSubstr("items.jsonl:3: no list of texts in the column"));
  EXPECT_THAT(error_of(hellaswag, R"({"endings": ["x"], "ctx_a": "a", "ctx_b": 1})"),
              HasSubstr("no text in the column 'ctx_b'"));
  EXPECT_THAT(
      error_of(hellaswag,
               R"({"endings": ["x"], "ctx_a": "a", "ctx_b": "b", "activity_label": "c", "label": ""})"),
      HasSubstr("the label '' is no number"));
  const char* module = "winogrande/preprocess_winogrande.py";
  EXPECT_THAT(error_of(*function(module, "doc_to_text").of_doc, R"({"answer": "3"})"),
              HasSubstr("the answer '3', expected '1' or '2'"));
  EXPECT_THAT(error_of(*function(module, "doc_to_target").of_doc, R"({"sentence": "no"})"),
              HasSubstr("a sentence without a blank '_'"));
  EXPECT_THAT(error_of(*function("wikitext/preprocess_wikitext.py", "wikitext_detokenizer").of_doc, "{}"),
              HasSubstr("no text in the column 'page'"));
}

// An answer for each choice, and a label for each answer.
TEST(Ports, TruthfulqaNeedsALabelForEachChoice) {
  const Metric& metric = function("truthfulqa/utils.py", "process_results_mc2").metrics.front();
  Item item;
  item.doc = Json::parse(R"({"mc2_targets": {"choices": ["a", "b"], "labels": [1]}})");
  Answer answer;
  answer.log_likelihoods = {-1, -2};
  EXPECT_THROW(metric.value({}, {}, item, answer), InputError);
  item.doc["mc2_targets"]["labels"] = {1, 0};
  EXPECT_DOUBLE_EQ(metric.value({}, {}, item, answer), 1 / (1 + std::exp(-1.0)));
}

}  // namespace
}  // namespace tsugi::eval
