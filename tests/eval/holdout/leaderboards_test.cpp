// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: names and splits of lm-evaluation-harness's own task files.
#include "eval/holdout/leaderboards.h"

#include <gtest/gtest.h>

#include <set>

namespace tsugi::tests {
namespace {

using eval::Task;

std::string set_of(const std::string& name, const std::string& file, const nlohmann::json& config) {
  Task task;
  task.name = name;
  task.data_files = {file};
  task.config = config;
  const eval::LeaderboardSet* set = eval::find_leaderboard_set(task);
  return set == nullptr ? "" : std::string(set->name);
}

nlohmann::json local(const std::string& file) {
  return {{"dataset_path", "json"}, {"dataset_kwargs", {{"data_files", file}}}, {"test_split", "train"}};
}

TEST(Leaderboards, TasksOfTheHarnessAreKnownByName) {
  const std::pair<const char*, const char*> names[] = {{"gsm8k_cot", "GSM8K"},
                                                       {"mmlu_abstract_algebra", "MMLU"},
                                                       {"leaderboard_mmlu_pro", "MMLU-Pro"},
                                                       {"arc_challenge", "ARC-Challenge"},
                                                       {"truthfulqa_mc2", "TruthfulQA"},
                                                       {"leaderboard_bbh_web_of_lies", "BIG-Bench Hard"},
                                                       {"leaderboard_math_hard", "MATH"},
                                                       {"mgsm_direct_ja", "MGSM"},
                                                       {"jcommonsenseqa-1.1-0.3", "JCommonsenseQA"},
                                                       {"marc_ja-1.1-0.6", "MARC-ja"}};
  for (const auto& [task, set] : names) EXPECT_EQ(set_of(task, "items.jsonl", local("items.jsonl")), set);
  for (const char* task : {"pocket_math_ja", "arcade", "my_mathematics", "marc", "pro", "gsm8kish"})
    EXPECT_EQ(set_of(task, "items.jsonl", local("items.jsonl")), "") << task;
}

TEST(Leaderboards, SoAreDataSetsAndTheirFiles) {
  EXPECT_EQ(set_of("mine", "x.jsonl", {{"dataset_path", "openai/gsm8k"}, {"test_split", "test"}}), "GSM8K");
  EXPECT_EQ(
      set_of("mine", "x.jsonl", {{"dataset_path", "allenai/ai2_arc"}, {"dataset_name", "ARC-Challenge"}}),
      "ARC-Challenge");
  EXPECT_EQ(set_of("mine", "/data/gsm8k_test.jsonl", local("gsm8k_test.jsonl")), "GSM8K");
  EXPECT_EQ(set_of("mine", "/data/hellaswag/validation.jsonl", local("validation.jsonl")), "HellaSwag");
  EXPECT_EQ(set_of("mine", "/home/mmlu/items.jsonl", local("items.jsonl")), "") << "a folder of any name";
}

TEST(Leaderboards, ATrainingSplitIsNoTestSetUnlessThatIsWhatIsScored) {
  EXPECT_EQ(set_of("gsm8k", "gsm8k_train.jsonl", local("gsm8k_train.jsonl")), "");
  const nlohmann::json several = {
      {"dataset_path", "json"},
      {"dataset_kwargs", {{"data_files", {{"train", "a.jsonl"}, {"test", "b.jsonl"}}}}},
      {"test_split", "train"}};
  EXPECT_EQ(set_of("gsm8k", "a.jsonl", several), "");
  EXPECT_EQ(set_of("leaderboard_ifeval", "a.jsonl", several), "IFEval");
  nlohmann::json test = several;
  test["test_split"] = "test";
  EXPECT_EQ(set_of("gsm8k", "b.jsonl", test), "GSM8K");
  EXPECT_EQ(set_of("gsm8k", "items.jsonl", local("items.jsonl")), "GSM8K")
      << "the only split of a file is called train";
}

TEST(Leaderboards, EachSetIsListedOnce) {
  std::set<std::string_view> names;
  for (const eval::LeaderboardSet& set : eval::leaderboard_sets()) EXPECT_TRUE(names.insert(set.name).second);
}

}  // namespace
}  // namespace tsugi::tests
