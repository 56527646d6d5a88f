// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tasks of a search that programs score.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "recipes/command_words.h"
#include "recipes/search_spec.h"
#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kGenome = "genome: {models: [a, b], merge_method: linear}\ntasks:\n";

TaskSpec task(const std::string& text) {
  return parse_search(kGenome + text, "s.yaml").tasks.at(0);
}

std::string error(const std::string& text) {
  return tests::message_of([&] { task(text); });
}

// The item `- name: t` is line 3.
const std::string kCommand = "  - name: t\n    scorer: command\n    items: i.jsonl\n";

TEST(SearchTasks, ACommandAndItsDefaults) {
  const TaskSpec plain = task(kCommand + "    command: [score, \"{model}\", \"{items}\"]\n");
  ASSERT_TRUE(plain.command);
  EXPECT_THAT(plain.command->words, ElementsAre("score", "{model}", "{items}"));
  EXPECT_EQ(plain.command->items, "i.jsonl");
  EXPECT_EQ(plain.command->task, "t");
  EXPECT_EQ(plain.command->question, "question");
  EXPECT_EQ(plain.command->time_limit, 3600);
  EXPECT_EQ(plain.command->at_once, 1);
  const TaskSpec full =
      task(kCommand +
           "    command: \"score 'a b' --m={model}  \\\"\\\" {samples}\"\n    task: theirs\n"
           "    question: q\n    time_limit: 1.5\n    at_once: 4\n    weight: -1\n");
  EXPECT_THAT(full.command->words, ElementsAre("score", "a b", "--m={model}", "", "{samples}"));
  EXPECT_EQ(full.command->task, "theirs");
  EXPECT_EQ(full.command->question, "q");
  EXPECT_EQ(full.command->time_limit, 1.5);
  EXPECT_EQ(full.command->at_once, 4);
  EXPECT_EQ(full.weight, -1);
  EXPECT_FALSE(task("  - {name: t, scorer: native}\n").command);
}

TEST(SearchTasks, WhatIsWrongWithACommandIsSaidWithItsPlace) {
  EXPECT_THAT(error(kCommand), HasSubstr("no 'command'"));
  EXPECT_THAT(error("  - name: t\n    scorer: command\n    command: [a, \"{model}\", \"{items}\"]\n"),
              HasSubstr("no 'items'"));
  const auto command = [](const std::string& words) {
    return error(kCommand + "    command: " + words + "\n");
  };
  EXPECT_THAT(command("[score, \"{items}\"]"), HasSubstr("s.yaml:6:14: the command has no {model}"));
  EXPECT_THAT(command("[score, \"{model}\"]"), HasSubstr("the command has neither {items} nor {samples}"));
  EXPECT_THAT(command("[score, \"{modl}\", \"{items}\"]"),
              HasSubstr("unknown placeholder {modl} in the command; did you mean '{model}'?"));
  EXPECT_EQ(command("[score, \"{model}\", \"{items}\", '{\"a\": 1}', \"{}\", \"{A}\"]"), "no error");
  EXPECT_THAT(command("\"score '{model}\""), HasSubstr("a quote ' without its end"));
  EXPECT_THAT(command("[]"), HasSubstr("expected a program and its arguments"));
  EXPECT_THAT(
      error("  - {name: t, items: x}\n"),
      HasSubstr("s.yaml:3:15: 'items' is for tasks that a program of yours scores; add scorer: command"));
  EXPECT_THAT(error("  - {name: t, scorer: vllm}\n"), HasSubstr("expected native or command"));
  EXPECT_THAT(error("  - {name: t, comand: x}\n"), HasSubstr("did you mean 'command'?"));
  const std::string words = "    command: [score, \"{model}\", \"{items}\"]\n";
  EXPECT_THAT(error(kCommand + words + "    time_limit: 0\n"), HasSubstr("expected seconds, more than 0"));
  EXPECT_THAT(error(kCommand + words + "    at_once: 0\n"), HasSubstr("at_once"));
}

TEST(SearchTasks, ExportToNeedsACommand) {
  EXPECT_THAT(error("  - t\nexport_to: run\n"),
              HasSubstr("s.yaml:4:1: export_to is for tasks with scorer: command"));
  const std::string words = "    command: [score, \"{model}\", \"{items}\"]\n";
  EXPECT_EQ(parse_search(kGenome + kCommand + words + "export_to: run\n", "s.yaml").export_to, "run");
  EXPECT_EQ(parse_search(kGenome + kCommand + words, "s.yaml").export_to, "memory");
}

TEST(CommandWords, EveryPlaceholderIsFilled) {
  EXPECT_EQ(filled("a={model},b={model}", Placeholder::model, "/m"), "a=/m,b=/m");
  EXPECT_EQ(filled("{model}", Placeholder::model, "{model}"), "{model}");
  EXPECT_EQ(filled("{items}", Placeholder::model, "/m"), "{items}");
}

}  // namespace
}  // namespace tsugi::recipes
