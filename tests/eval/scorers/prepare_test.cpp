// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected ids are those of lm-evaluation-harness's Hugging Face backend
// (tests/peers/make_encoding_golden.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "eval/scorers/native.h"
#include "recipes/error.h"
#include "tests/support/input_error.h"

namespace tsugi::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ids = std::vector<TokenId>;

const Tokenizer& tokenizer() {
  static const Tokenizer kTokenizer =
      Tokenizer::load(std::filesystem::path(TSUGI_ROOT "/recipes/pocket/base"));
  return kTokenizer;
}

nlohmann::json golden() {
  std::ifstream in(TSUGI_ROOT "/tests/golden/tasks/encoding.json");
  return nlohmann::json::parse(in);
}

Item item_of(const std::string& prompt, std::vector<std::string> choices = {},
             const std::string& delimiter = " ") {
  Item item;
  item.prompt = prompt;
  item.choices = std::move(choices);
  for (const std::string& choice : item.choices) item.requests.push_back({prompt, delimiter + choice});
  return item;
}

Task choice_task() {
  Task task;
  task.name = "choices";
  task.output_type = OutputType::multiple_choice;
  return task;
}

TEST(Prepare, PairsAreTheHarnesss) {
  const nlohmann::json expected = golden();
  for (const nlohmann::json& row : expected["choices"]) {
    Task task = choice_task();
    task.target_delimiter = row["delimiter"];
    const PreparedTask prepared = prepare(
        task, {item_of(row["context"], row["choices"].get<std::vector<std::string>>(), row["delimiter"])},
        tokenizer());
    EXPECT_EQ(prepared.contexts[0], row["contexts"].get<std::vector<Ids>>()) << row["context"];
    EXPECT_EQ(prepared.continuations[0], row["continuations"].get<std::vector<Ids>>()) << row["context"];
  }
}

TEST(Prepare, PromptsAreTheHarnesssAndKeepTheirEnd) {
  const nlohmann::json expected = golden();
  Task task;
  task.max_gen_toks = 60;
  const ModelLimits limits{.max_length = task.max_gen_toks + expected["room"].get<std::size_t>(),
                           .stop_ids = {}};
  std::vector<Item> items;
  for (const nlohmann::json& row : expected["prompts"]) items.push_back(item_of(row["prompt"]));
  const PreparedTask prepared = prepare(task, items, tokenizer(), limits);
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(prepared.prompts[i], expected["prompts"][i]["ids"].get<Ids>()) << items[i].prompt;
  }
}

TEST(Prepare, StopsAreTheIdsOfTheModelAndTheTextsOfTheTask) {
  Task task;
  task.until = {"\n"};
  const PreparedTask prepared =
      prepare(task, {item_of("a")}, tokenizer(), {.max_length = 512, .stop_ids = {7, 0, 7}});
  EXPECT_THAT(prepared.stop_ids, ElementsAre(0, 7));
  EXPECT_THAT(prepared.stop_texts, ElementsAre("\n", "<|endoftext|>"));
  EXPECT_EQ(prepared.stop_window, 3U);  // one token each, and the harness's two more
}

TEST(Prepare, RefusesWhatCannotBeScored) {
  Task long_answers;
  long_answers.max_gen_toks = 512;
  EXPECT_THAT(tests::message_of([&] {
                prepare(long_answers, {item_of("a")}, tokenizer(),
                        {.max_length = 512, .stop_ids = {}, .repetition_penalty = 1});
              }),
              HasSubstr("max_gen_toks is 512, the model has 512 positions"));
  ModelLimits beams{.max_length = 512, .stop_ids = {}, .repetition_penalty = 1};
  beams.refusal = {"generation_config.json", "num_beams is 4", "remove it"};
  EXPECT_THAT(tests::message_of([&] { prepare(Task(), {item_of("a")}, tokenizer(), beams); }),
              HasSubstr("num_beams is 4"));
  EXPECT_EQ(tests::message_of([&] { prepare(choice_task(), {item_of("a", {"b"})}, tokenizer(), beams); }),
            "no error");
  Task bare = choice_task();
  bare.target_delimiter = "";
  EXPECT_THAT(tests::message_of([&] {
                prepare(bare, {item_of("a", {"b", ""}, "")}, tokenizer());
              }),
              HasSubstr("choices: document 0: a choice has no tokens"));
  EXPECT_THAT(tests::message_of([&] {
                prepare(choice_task(), {item_of("a", {"1 2 3 4 5 6 7 8 9"})}, tokenizer(),
                        {.max_length = 4, .stop_ids = {}, .repetition_penalty = 1});
              }),
              HasSubstr("positions; shorten it"));
}

}  // namespace
}  // namespace tsugi::eval
