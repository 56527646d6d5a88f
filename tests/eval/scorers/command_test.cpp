// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a program is given and how its answers are read.
#include "eval/scorers/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::message_of;

constexpr const char* kItems =
    "{\"id\": \"a\", \"question\": \"one?\", \"answer\": \"1\"}\n"
    "{\"id\": 7, \"question\": \"two?\", \"answer\": \"2\"}\n"
    "{\"question\": \"three?\", \"answer\": \"3\"}\n";

class Command : public testing::Test {
 protected:
  Command() {
    folder_.write("items.jsonl", kItems);
    spec_.name = "mine";
    spec_.command.emplace();
    spec_.command->items = (folder_ / "items.jsonl").string();
    spec_.command->task = "theirs";
  }

  void use(const std::string& script, std::vector<std::string> arguments) {
    folder_.write("score.sh", "#!/bin/sh\n" + script);
    fs::permissions(folder_ / "score.sh", fs::perms::owner_all);
    spec_.command->words = {(folder_ / "score.sh").string()};
    for (std::string& argument : arguments) spec_.command->words.push_back(std::move(argument));
  }

  /// Asks for the first and the third item.
  CommandScores ask() {
    const CommandTask task = find_command(spec_, "s.yaml");
    items_ = load_command_items(task, *spec_.command, "s.yaml", 100);
    const std::vector<const Item*> asked = {&items_[0], &items_[2]};
    fs::remove_all(folder_ / "work");
    fs::create_directory(folder_ / "work");
    return ask_command(task, folder_ / "model", asked, folder_ / "work", [] {});
  }

  std::string failure() {
    try {
      ask();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  tests::TemporaryFolder folder_;
  recipes::TaskSpec spec_;
  std::vector<Item> items_;
};

TEST_F(Command, IsGivenTheAskedItemsOnly) {
  use("cp \"$2\" \"$3\" \"$(dirname \"$4\")/..\"; echo \"$1\" > \"$(dirname \"$4\")/../model.txt\"\n"
      "echo '{\"items\": {\"a\": 1, \"2\": 0}}' > \"$4\"",
      {"{model}", "{items}", "{samples}", "{output}"});
  EXPECT_THAT(ask().values, ElementsAre(1, 0));
  EXPECT_EQ(tests::read_text(folder_ / "items.jsonl"),
            "{\"id\":\"a\",\"question\":\"one?\",\"answer\":\"1\"}\n"
            "{\"id\":\"2\",\"question\":\"three?\",\"answer\":\"3\"}\n");
  EXPECT_EQ(tests::read_text(folder_ / "samples.json"), "{\"theirs\":[0,2]}");
  EXPECT_EQ(tests::read_text(folder_ / "model.txt"), (folder_ / "model").string() + "\n");
}

TEST_F(Command, MayPrintItsAnswer) {
  use("echo loading; echo '{\"items\": {\"2\": true, \"a\": 0.25}}'", {"{model}", "{items}"});
  const CommandScores scores = ask();
  EXPECT_THAT(scores.values, ElementsAre(0.25, 1));
  const auto sample = nlohmann::json::parse(scores.samples[0]);
  EXPECT_EQ(sample["doc_id"], 0);
  EXPECT_EQ(sample["acc"], 0.25);
  EXPECT_EQ(sample["filter"], "none");
  use("printf '{\\n\"items\": {\"2\": 1,\\n\"a\": 0.5}}\\n'", {"{model}", "{items}"});
  EXPECT_THAT(ask().values, ElementsAre(0.5, 1));
}

// The layout of version 0.4.13: --output_path/MODEL/samples_TASK_TIME.jsonl, a line for each filter.
TEST_F(Command, TheHarnessesSamplesAreUnderstood) {
  spec_.metric = "exact_match,strict";
  const std::string lines =
      "{\"doc_id\": 2, \"filter\": \"loose\", \"exact_match\": 1.0}\n"
      "{\"doc_id\": 2, \"filter\": \"strict\", \"exact_match\": 0.0}\n"
      "{\"doc_id\": 0, \"filter\": \"strict\", \"exact_match\": 1.0}\n";
  folder_.write("samples", lines);
  use("mkdir -p \"$2/model__name\"; cp " + (folder_ / "samples").string() +
          " \"$2/model__name/samples_theirs_2026-11-29T10-00-00.000000.jsonl\"; "
          "echo '{}' > \"$2/model__name/samples_theirs_too_2026-11-29T10-00-00.000000.jsonl\"; "
          "echo '{\"results\": {\"acc_stderr\": NaN}}' > \"$2/model__name/results_2026-11-29T10.json\"",
      {"{model}", "{output}", "{samples}"});
  const CommandScores scores = ask();
  EXPECT_THAT(scores.values, ElementsAre(1, 0));
  EXPECT_THAT(scores.samples[0], HasSubstr("\"strict\""));
  spec_.metric = "exact_match,none";
  EXPECT_THAT(failure(), HasSubstr("it gave no value for 2 of 2 items, such as a (the metric asked for is "
                                   "'exact_match,none', filters in the samples: 'loose' 'strict')"));
  spec_.metric = "acc,strict";
  EXPECT_THAT(failure(), HasSubstr(":2 has no 'acc'"));
}

TEST_F(Command, ResultsWithoutSamplesSayWhatIsMissing) {
  use("mkdir \"$2\"; echo '{\"results\": {}}' > \"$2/results_1.json\"", {"{model}", "{output}", "{samples}"});
  EXPECT_THAT(failure(), HasSubstr("add --log_samples, and check the task's name"));
}

TEST_F(Command, WhatIsWrongIsSaid) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"echo '{\"items\": {\"a\": 1}}' > \"$2\"", "it gave no value for 1 of 2 items, such as 2"},
      {"echo '{\"items\": {\"a\": 1, \"2\": 1, \"7\": 1}}' > \"$2\"",
       "it gave a value for item 7, which it was not asked"},
      {"echo '{\"items\": {\"a\": 1, \"2\": NaN}}' > \"$2\"", "its output is no JSON object with \"items\""},
      {"echo '{\"items\": {\"a\": 1, \"2\": 1e999}}' > \"$2\"",
       "its output is no JSON object with \"items\""},
      {"echo '{\"items\": {\"a\": 1, \"2\": \"x\"}}' > \"$2\"",
       "its value of item 2 is \"x\", expected a finite number"},
      {"echo garbage > \"$2\"; echo why >&2",
       "task 'mine': its output is no JSON object with \"items\": garbage ; it said: why"},
      {"true", "it wrote no {output}; it said nothing"},
      {"echo no model at \"$1\" >&2; exit 3",
       "task 'mine': score.sh ended with exit code 3; it said: no model at {model}"},
      {"kill -SEGV $$", "score.sh was ended by signal 11 (Segmentation fault)"},
      {"exit 0", "it wrote no {output}"},
  };
  for (const auto& [script, expected] : wrong) {
    use(script, {"{model}", "{output}", "{items}"});
    EXPECT_THAT(failure(), HasSubstr(expected)) << script;
  }
  use("echo garbage", {"{model}", "{items}"});
  EXPECT_THAT(failure(), HasSubstr("what it printed is no JSON object with \"items\": garbage"));
  use("true", {"{model}", "{items}"});
  EXPECT_THAT(failure(), HasSubstr("it printed nothing, expected JSON"));
}

TEST_F(Command, HasATimeLimit) {
  spec_.command->time_limit = 0.2;
  use("sleep 60", {"{model}", "{items}"});
  EXPECT_THAT(failure(), HasSubstr("score.sh did not finish within its time limit of 0.2 s"));
}

TEST_F(Command, ProgramsAreFoundBeforehand) {
  spec_.command->mark = {"s.yaml", 3, 5};
  const auto refused = [&](const std::string& program) {
    spec_.command->words = {program, "{model}", "{items}"};
    return message_of([&] { find_command(spec_, (folder_ / "s.yaml").string()); });
  };
  EXPECT_THAT(refused("no-such-program"),
              HasSubstr("s.yaml:3:5: the program 'no-such-program' is not in PATH; give a program of PATH"));
  EXPECT_THAT(refused("./score.sh"), HasSubstr("the program './score.sh' is not there"));
  folder_.write("score.sh", "");
  EXPECT_THAT(refused("./score.sh"), HasSubstr("the program './score.sh' cannot be executed"));
  EXPECT_EQ(refused("sh"), "no error");
}

TEST_F(Command, FilesOfTheCommandAreFoundBesideTheSearchFile) {
  folder_.write("score.py", "");
  spec_.command->words = {"sh", "score.py", "{model}", "{items}"};
  const CommandTask task = find_command(spec_, (folder_ / "s.yaml").string());
  EXPECT_EQ(task.words[1], (folder_ / "score.py").string());
  ASSERT_EQ(task.files.size(), 2U);
  EXPECT_EQ(task.files[0].filename(), "sh");
  EXPECT_EQ(task.files[1], folder_ / "score.py");
}

TEST_F(Command, ItemsAreCheckedBeforehand) {
  use("true", {"{model}", "{items}"});
  const CommandTask task = find_command(spec_, "s.yaml");
  const auto refused = [&] {
    return message_of([&] { load_command_items(task, *spec_.command, "s.yaml", 100); });
  };
  EXPECT_EQ(refused(), "no error");
  folder_.write("items.jsonl", "{\"id\": \"1\", \"question\": \"a\"}\n{\"question\": \"b\"}\n");
  EXPECT_THAT(refused(), HasSubstr("items.jsonl:2: has the id '1' for the second time"));
  folder_.write("items.jsonl", "{\"prompt\": \"a\"}\n");
  EXPECT_THAT(refused(), HasSubstr("items.jsonl:1: has no text 'question', which the split goes by; name the "
                                   "column that task 'mine' asks as question: COLUMN"));
  spec_.command->question = "prompt";
  EXPECT_EQ(refused(), "no error");
  spec_.command->items = "none.jsonl";
  EXPECT_THAT(refused(), HasSubstr("there is no file 'none.jsonl'"));
}

}  // namespace
}  // namespace tsugi::eval
