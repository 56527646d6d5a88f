// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/python_regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/eval/tasks/golden.h"

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
    EXPECT_THROW(PythonRegex(pattern.get<std::string>(), "task.yaml:1:1"), InputError) << pattern;
  }
}

TEST(PythonRegex, ErrorsNamePlaceAndPattern) {
  try {
    PythonRegex("(a", "task.yaml:4:9");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("task.yaml:4:9: the pattern '(a'"), HasSubstr("parenthesis")));
  }
}

TEST(PythonRegex, GivesUpOnExplosions) {
  EXPECT_THROW(PythonRegex("(a|a)*[bc]$", "here").find_all(std::string(60, 'a') + "b!"), InputError);
}

TEST(PythonRegex, CompilesEachPatternOnce) {
  EXPECT_EQ(&compiled_regex("a+", "x"), &compiled_regex("a+", "y"));
}

}  // namespace
}  // namespace tsugi::eval
