// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/python_regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/eval/tasks/golden.h"
#include "tests/support/input_error.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;

/// re.findall's shape: the whole without groups, the group when there is one, else all groups.
Json found(const PythonRegex& regex, const std::string& text) {
  Json list = Json::array();
  for (const PythonRegex::Match& match : regex.find_all(text)) {
    if (match.groups.size() > 1) {
      list.push_back(match.groups);
    } else {
      list.push_back(match.groups.empty() ? match.whole : match.groups[0]);
    }
  }
  return list;
}

TEST(PythonRegex, FindsAndRemovesWhatPythonDoes) {
  const Json golden = tests::task_golden();
  ASSERT_GT(golden["patterns"].size(), 50U);
  for (const Json& row : golden["patterns"]) {
    const std::string text = row["text"];
    const PythonRegex regex(row["pattern"], "task.yaml:1:1");
    EXPECT_EQ(found(regex, text), row["found"]) << row["pattern"] << " in " << text;
    EXPECT_EQ(regex.remove(text), row["removed"].get<std::string>()) << row["pattern"] << " in " << text;
  }
}

TEST(PythonRegex, RefusesWhatPythonRefuses) {
  const Json golden = tests::task_golden();
  for (const Json& pattern : golden["bad_patterns"]) {
    EXPECT_THROW(static_cast<void>(PythonRegex(pattern.get<std::string>(), "task.yaml:1:1")), InputError)
        << pattern;
  }
}

TEST(PythonRegex, ShowsTheBeginningOfALongPattern) {
  std::string pattern = "(";
  for (int i = 0; i < 10000; ++i) pattern += "語";
  const std::string message = tests::message_of([&] { const PythonRegex regex(pattern, "here"); });
  EXPECT_THAT(message, HasSubstr("(語語"));
  EXPECT_THAT(message, HasSubstr("語…'"));
  EXPECT_LT(message.size(), 300U);
}

TEST(PythonRegex, ErrorsNamePlaceAndPattern) {
  const std::string message = tests::message_of([] { const PythonRegex regex("(a", "task.yaml:4:9"); });
  EXPECT_THAT(message, AllOf(HasSubstr("task.yaml:4:9: the pattern '(a'"), HasSubstr("parenthesis")));
}

// Python takes all of these; PCRE2 would find something else, or has no such thing.
TEST(PythonRegex, RefusesWhatItWouldDoInAnotherWay) {
  for (const char* pattern : {R"((?i)(a)\1)", R"((?i:(?P<n>a)(?P=n)))", R"((?a)\w)", R"(\N{DIGIT ONE})",
                              "(|x){1,3}", "(?:a*|b){2,4}", "(?:x?y*){,2}", "((a?)(?=b)){0,3}"}) {
    const std::string message = tests::message_of([&] { const PythonRegex regex(pattern, "task.yaml:4:9"); });
    EXPECT_THAT(message,
                AllOf(HasSubstr("which tsugi does not have"), HasSubstr("write the pattern without it")))
        << pattern;
  }
  for (const char* pattern :
       {"(|x)*", "(a?)+", "(a?){2}", "(a?){1,2}", "(?:a|b){1,3}", "(?:a?b){1,3}", "(?:a*b|c){,9}"})
    EXPECT_NO_THROW(PythonRegex(pattern, "task.yaml:4:9")) << pattern;
}

TEST(PythonRegex, GivesUpOnExplosions) {
  EXPECT_THROW(PythonRegex("(a|a)*[bc]$", "here").find_all(std::string(60, 'a') + "b!"), InputError);
  // Each of these searches is short, all together are not.
  EXPECT_THROW(PythonRegex("(?:(?=(?:a|a){0,20}b)|a)", "here").find_all(std::string(2000, 'a')), InputError);
  EXPECT_THROW(PythonRegex("(?:a|a){0,20}[bd]", "here").find_all(std::string(2000, 'a')), InputError);
}

TEST(PythonRegex, CompilesEachPatternOnce) {
  EXPECT_EQ(&compiled_regex("a+", "x"), &compiled_regex("a+", "y"));
}

}  // namespace
}  // namespace tsugi::eval
