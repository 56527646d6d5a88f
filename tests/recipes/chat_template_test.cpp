// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(const std::string& value) {
  return tests::message_of([&] {
    parse_recipe("merge_method: linear\nmodels: [{model: a}]\nchat_template: " + value + "\n", "r.yaml");
  });
}

// mergekit 0.1.5's names.
TEST(ChatTemplate, KnownNames) {
  EXPECT_THAT(chat_template_names(), ElementsAre("alpaca", "chatml", "exaone", "llama3", "mistral"));
  for (const std::string& name : chat_template_names()) {
    EXPECT_EQ(jinja_fault(named_chat_template(name).value()), "") << name;
    EXPECT_EQ(error_of(name), "no error");
  }
  EXPECT_EQ(named_chat_template("auto"), std::nullopt);
}

TEST(ChatTemplate, IsKeptAsWritten) {
  const Recipe recipe = parse_recipe(
      "merge_method: linear\nmodels: [{model: a}]\nchat_template: |\n  {% for m in messages %}\n"
      "  {{ m['content'] + '}}' }}\n  {% endfor %}\n",
      "r.yaml");
  ASSERT_TRUE(recipe.chat_template);
  EXPECT_EQ(recipe.chat_template->text, "{% for m in messages %}\n{{ m['content'] + '}}' }}\n{% endfor %}\n");
  EXPECT_EQ(recipe.chat_template->mark.text(), "r.yaml:3:16");
  EXPECT_EQ(parse_recipe(to_yaml(recipe), "again.yaml"), recipe) << to_yaml(recipe);
  EXPECT_FALSE(parse_recipe("merge_method: linear\nmodels: [{model: a}]\nchat_template: null\n", "r.yaml")
                   .chat_template);
}

TEST(ChatTemplate, WhatIsNone) {
  EXPECT_EQ(
      error_of("chatlm"),
      "r.yaml:3:16: chat_template is 'chatlm', expected auto, a known name or a Jinja template; did you "
      "mean 'chatml'?");
  EXPECT_EQ(
      error_of("'{{ x }}'"),
      "r.yaml:3:16: chat_template is '{{ x }}', expected auto, a known name or a Jinja template; known: "
      "auto, alpaca, chatml, exaone, llama3, mistral");
  EXPECT_THAT(error_of("[a]"), StartsWith("r.yaml:3:16: chat_template is a list, expected text"));
}

TEST(ChatTemplate, BrokenJinja) {
  EXPECT_EQ(
      error_of("'{% for m in messages %}{{ m }}'"),
      "r.yaml:3:16: chat_template is broken: '{% for %}' is never closed; correct the template, or name "
      "one");
  EXPECT_EQ(jinja_fault("{{ messages[0]['content'] }"), "'{{' in line 1 is never closed");
  EXPECT_EQ(jinja_fault("a\n{% if x %}\n{% endfor %}"), "'{% endfor %}' in line 3 closes nothing");
  EXPECT_EQ(jinja_fault("{% endif %}"), "'{% endif %}' in line 1 closes nothing");
  EXPECT_EQ(jinja_fault("{# never"), "'{#' in line 1 is never closed");
  EXPECT_EQ(jinja_fault("{% raw %}{{"), "'{% raw %}' is never closed");
}

// Each renders with Jinja2 3.1.
TEST(ChatTemplate, SoundJinja) {
  for (const char* text :
       {"", "{", "{{ '%}' ~ \"}}\" }}", "{%- if a -%}b{%- elif c %}d{% else %}e{% endif -%}",
        "{% set x = 1 %}{% set y %}text{% endset %}", "{% raw %}{{ {% {% endraw %}", "{# '{{ #}",
        "{{ 'it\\'s' }}", "{% for a in b %}{% if a %}{% continue %}{% endif %}{% endfor %}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{% filter upper %}x{% endfilter %}"}) {
    EXPECT_EQ(jinja_fault(text), "") << text;
  }
}

}  // namespace
}  // namespace tsugi::recipes
