// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using tests::TemporaryFolder;

const ScoreColumn kAcc{"t", "acc", "none"};

ItemScores scores(const std::string& name, std::vector<std::pair<std::string, double>> items) {
  return {.name = name, .columns = {{kAcc, std::move(items)}}};
}

TEST(CompareScores, PairsByDocumentWhateverTheOrder) {
  const ItemScores a = scores("a", {{"x", 1}, {"y", 0}, {"z", 0}, {"y", 1}, {"only a", 1}});
  const ItemScores b = scores("b", {{"y", 1}, {"y", 1}, {"x", 0}, {"z", 1}});
  const std::vector<PairedComparison> rows = compare_scores(a, b);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].items, 4U);  // x 1-0, y 0-1 and 1-1, z 0-1
  EXPECT_EQ(rows[0].unpaired, 1U);
  EXPECT_EQ(rows[0].first, 0.5);
  EXPECT_EQ(rows[0].second, 0.75);
  EXPECT_EQ(rows[0].gain.mean, 0.25);
  EXPECT_LE(rows[0].gain.low, 0.25);
  EXPECT_GE(rows[0].gain.high, 0.25);
  EXPECT_EQ(rows[0].p_value, 1.0);  // 2 wins, 1 loss: 2 (1 + 3) / 8
}

TEST(CompareScores, OnlyZeroAndOneHaveAnExactTest) {
  const auto rows = compare_scores(scores("a", {{"x", 0.5}}), scores("b", {{"x", 1}}));
  EXPECT_EQ(rows.at(0).p_value, std::nullopt);
  EXPECT_THAT(comparison_table("a", "b", rows), testing::HasSubstr("+0.5000 to +0.5000"));
}

TEST(CompareScores, NothingInCommonIsAnError) {
  EXPECT_EQ(tests::message_of([] {
              compare_scores(scores("a", {{"x", 1}}), scores("b", {{"y", 1}}));
            }),
            "b: no item of any task in common with a; compare results of the same tasks");
}

constexpr const char* kResults =
    R"({"results": {"t": {"alias": "t", "acc,none": 1.0, "acc_stderr,none": 0.5},
                    "g": {"acc,none": 0.5, "alias": "g"}},
        "group_subtasks": {"t": [], "g": ["t"]}, "model_name": "m"})";

TEST(ReadItemScores, ReadsBothProgramsNames) {
  const TemporaryFolder folder;
  const std::string samples =
      "{\"doc_id\": 0, \"doc\": {\"q\": 1}, \"filter\": \"none\", \"acc\": 1.0}\n"
      "{\"doc_id\": 0, \"doc\": {\"q\": 1}, \"filter\": \"other\", \"acc\": 0.0}\n";
  folder.write("mine.json", kResults);
  folder.write("samples_t.jsonl", samples);
  folder.write("results_2026-01-01T00.json", kResults);
  folder.write("samples_t_2026-01-01T00.jsonl", samples);
  for (const char* file : {"mine.json", "results_2026-01-01T00.json"}) {
    const ItemScores read = read_item_scores(folder / file);
    EXPECT_EQ(read.name, "m");
    ASSERT_EQ(read.columns.size(), 1U) << file;
    EXPECT_THAT(read.columns.at(kAcc), testing::ElementsAre(testing::Pair("{\"q\":1}", 1.0)));
  }
}

// Both models scored into one folder: the second's samples lie where the first's were.
TEST(ReadItemScores, SamplesOfAnotherScoringAreRefused) {
  const tests::TemporaryFolder folder;
  folder.write("a.json", R"({"results": {"t": {"acc,none": 0.5}}})");
  folder.write("samples_t.jsonl", "{\"doc\": 1, \"acc\": 1}\n{\"doc\": 2, \"acc\": 0}\n");
  EXPECT_EQ(read_item_scores(folder / "a.json").columns.size(), 1U);
  folder.write("samples_t.jsonl", "{\"doc\": 1, \"acc\": 1}\n{\"doc\": 2, \"acc\": 1}\n");
  const std::string message = tests::message_of([&] { read_item_scores(folder / "a.json"); });
  EXPECT_THAT(message, testing::HasSubstr("its 2 items have acc 1.0000"));
  EXPECT_THAT(message, testing::HasSubstr("says 0.5000"));
}

TEST(ReadItemScores, ErrorsNameFileAndLine) {
  const TemporaryFolder folder;
  folder.write("r.json", kResults);
  EXPECT_THAT(tests::message_of([&] { read_item_scores(folder / "r.json"); }),
              testing::HasSubstr("samples_t.jsonl: cannot be read"));
  folder.write("samples_t.jsonl", "{\"doc\": {}, \"acc\": 1}\n{\"doc\": \n");
  EXPECT_THAT(tests::message_of([&] { read_item_scores(folder / "r.json"); }),
              testing::HasSubstr("samples_t.jsonl:2: is no sample"));
  folder.write("r.json", "[]");
  EXPECT_THAT(tests::message_of([&] { read_item_scores(folder / "r.json"); }),
              testing::HasSubstr("is no results file"));
  EXPECT_THAT(tests::message_of([&] { read_item_scores(folder / "none.json"); }),
              testing::HasSubstr("cannot be read; check the path"));
}

}  // namespace
}  // namespace tsugi::eval
