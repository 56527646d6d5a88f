// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values are Python's jinja2 (tests/peers/make_template_golden.py).
#include "eval/template/template.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace tsugi::eval {
namespace {

using python::Json;
using testing::AllOf;
using testing::HasSubstr;

Json golden() {
  std::ifstream in(TSUGI_ROOT "/tests/golden/template/jinja.json");
  return Json::parse(in);
}

Template parsed(const std::string& source) {
  return Template::parse(source, {"task.yaml", 3, 14}, "doc_to_text");
}

std::string error_of(const std::string& source, const Json& variables = Json::object()) {
  try {
    return "no error but: " + parsed(source).render(variables, "items.jsonl:17");
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(Template, RendersAsJinja) {
  const Json expected = golden();
  for (const Json& row : expected["cases"]) {
    const std::string source = row["template"];
    if (row.contains("error")) {
      EXPECT_THROW(parsed(source).render(expected["document"], "items.jsonl:1"), InputError) << source;
    } else {
      EXPECT_EQ(parsed(source).render(expected["document"], "items.jsonl:1"), row["text"].get<std::string>())
          << source;
    }
  }
}

TEST(Template, RendersChatsAsTransformers) {
  const Json expected = golden();
  std::size_t texts = 0;
  for (const Json& row : expected["chat"]) {
    const std::string source = row["template"];
    const Json variables = {{"messages", row["messages"]},   {"tools", nullptr},   {"documents", nullptr},
                            {"add_generation_prompt", true}, {"bos_token", "<s>"}, {"eos_token", "</s>"}};
    const auto text = [&] {
      return Template::parse_chat(source, {"a.jinja", 0, 0}, "chat_template").render(variables, "a.jinja");
    };
    if (row.contains("error")) {
      EXPECT_THROW(text(), InputError) << source;
    } else {
      EXPECT_EQ(text(), row["text"].get<std::string>()) << source;
      ++texts;
    }
  }
  EXPECT_GE(texts, 20U);
}

TEST(Template, WorkAndTextAreBounded) {
  EXPECT_THAT(error_of("{% for a in range(99999) %}{% for b in range(99999) %}{% if 1 %}{% endif %}{% endfor "
                       "%}{% endfor %}"),
              HasSubstr("more than a million steps"));
  EXPECT_THAT(error_of("{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}"),
              HasSubstr("more than 16 MiB"));
  EXPECT_THAT(error_of("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), HasSubstr("nested too deeply"));
  EXPECT_THAT(error_of("{{ range(1000000) | length }}"), HasSubstr("range() of more than 100,000"));
  EXPECT_EQ(parsed("{{ '' * 9007199254740993 }}").render(Json::object(), "d"), "");
}

TEST(Template, ErrorsOfSyntaxStandInTheTaskFile) {
  EXPECT_EQ(error_of("Q: {{question"),
            "task.yaml:3:14: doc_to_text, line 1, column 4 of the template: '{{' without its '}}'; "
            "close the expression with '}}'");
  EXPECT_THAT(error_of("a\nbü {{ 1 + }}"),
              HasSubstr("line 2, column 11 of the template: the end of the expression"));
}

TEST(Template, ErrorsOfRenderingStandAtTheDocument) {
  EXPECT_EQ(error_of("Q: {{qestion}}", {{"question", "x"}}),
            "items.jsonl:17: doc_to_text (task.yaml:3:14, line 1, column 6 of the template): 'qestion' is "
            "undefined; "
            "did you mean 'question'?");
}

TEST(Template, NamesWhatItDoesNotSupport) {
  EXPECT_THAT(error_of("{% include 'x' %}"), HasSubstr("the statement '{% include %}'"));
  EXPECT_THAT(error_of("{{ a | wordwrap }}"), HasSubstr("the filter 'wordwrap'"));
  EXPECT_THAT(error_of("{{ a.zfill() }}"), HasSubstr("the method 'zfill'"));
  EXPECT_THAT(error_of("{{ a is filter }}"), HasSubstr("the test 'filter'"));
  EXPECT_THAT(error_of("{{ cycler(3) }}"), HasSubstr("the function 'cycler()'"));
  EXPECT_THAT(error_of("{{ range(3) }}"), HasSubstr("range() to print"));
  EXPECT_THAT(error_of("{{ (1, 2) }}"), HasSubstr("a tuple to print"));
  EXPECT_THAT(error_of("{{ 'a'.split(sep='x') }}"),
              HasSubstr("the method 'split' with an argument given by name"));
  EXPECT_THAT(error_of("{{ 2 ** 3 }}"), HasSubstr("the operator '**'"));
  EXPECT_THAT(error_of("{{ a.items }}", {{"a", Json::object()}}),
              AllOf(HasSubstr("method of dict"), HasSubstr("['items']")));
}

TEST(Template, NumbersBeyond64BitsAreRefused) {
  EXPECT_THAT(error_of("{{ 9223372036854775807 + 1 }}"), HasSubstr("beyond 64 bits"));
  EXPECT_THAT(error_of("{{ a // -1 }}", {{"a", std::numeric_limits<std::int64_t>::min()}}),
              HasSubstr("beyond 64 bits"));
  EXPECT_THAT(error_of("{{ 99999999999999999999 }}"), HasSubstr("the number '99999999999999999999'"));
  for (const char* number : {"1e30", "'1e30'", "'9223372036854775808'", "-1e19"})
    EXPECT_THAT(error_of(fmt::format("{{{{ ({}) | int }}}}", number)), HasSubstr("beyond 64 bits")) << number;
  EXPECT_THAT(error_of("{{ a | int }}", {{"a", std::numeric_limits<std::uint64_t>::max()}}),
              HasSubstr("beyond 64 bits"));
}

TEST(Template, IntRefusesWhatPythonReadsAndItDoesNot) {
  EXPECT_THAT(error_of("{{ '１２' | int }}"), HasSubstr("digits that are not 0 to 9"));
  EXPECT_THAT(error_of("{{ '1f' | int(0, 16) }}"), HasSubstr("another base than 10"));
}

TEST(Template, NestingIsBounded) {
  EXPECT_THAT(error_of("{{ " + std::string(100'000, '(') + "1" + std::string(100'000, ')') + " }}"),
              HasSubstr("nested too deeply"));
  EXPECT_THAT(error_of("{{ " + std::string(100'000, '-') + "1 }}"), HasSubstr("nested too deeply"));
  std::string chain = "{{ a";
  for (int i = 0; i < 100'000; ++i) chain += ".a";
  EXPECT_THAT(error_of(chain + " }}"), HasSubstr("too many operators"));
}

TEST(Template, EvaluateKeepsTheValueOfABareExpression) {
  const Json variables{{"choices", {{"text", {"a", "b"}}}}};
  EXPECT_EQ(parsed("{{choices.text}}").evaluate(variables, "d"), Json({"a", "b"}));
  EXPECT_EQ(parsed("{{choices.text}} ").evaluate(variables, "d"), Json("['a', 'b'] "));
}

TEST(Template, ReadsPythonLiterals) {
  const auto literal = [](const std::string& text) {
    const auto value = read_python_literal(text);
    return value == nullptr ? "none" : value->dump();
  };
  EXPECT_EQ(literal(R"(['a', "b'c", 1, -2.5, None, True, [], {'k': 0}])"),
            R"(["a","b'c",1,-2.5,null,true,[],{"k":0}])");
  EXPECT_EQ(literal("[a]"), "none");
  EXPECT_EQ(literal("[1"), "none");
  EXPECT_EQ(literal("[not 1]"), "none");
}

}  // namespace
}  // namespace tsugi::eval
