// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using eval::Side;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::read_text;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

RunIdentity example() {
  return {.build = "tsugi 0.1.0 (0123456789abcdef), oneDNN 2.6.3, glibc 2.36",
          .instruction_set = "AVX2",
          .search_file = "search.yaml",
          .search_sha256 = "aa",
          .directory = "/home/you",
          .seed = 18446744073709551615U,  // the largest: no number of JSON readers that think in doubles
          .tasks = {{"math (acc,none)", "bb"}},
          .inputs = {{"a/config.json", "cc"}, {"a/model.safetensors", "dd"}}};
}

class JournalFile : public testing::Test {
 protected:
  JournalFile() { Journal::create(file_, example(), 12); }

  TemporaryFolder folder_;
  fs::path file_ = folder_ / "journal";
};

TEST_F(JournalFile, HoldsWhatTheRunFollowsFrom) {
  const Journal journal(file_);
  EXPECT_EQ(journal.identity(), example());
  EXPECT_EQ(journal.evaluations(), 12);
  EXPECT_EQ(journal.recorded(), 0U);
  EXPECT_EQ(journal.openings(), 0U);
  EXPECT_FALSE(journal.process());
}

// Values are compared bit for bit: they are written so that the nearest double is the same one.
TEST_F(JournalFile, GivesEvaluationsBackToTheBit) {
  const std::vector<double> values = {0.1 + 0.2, -0.0, 5e-324, -1.7976931348623157e308, 1, 2.0 / 3};
  const std::string failure = "tensor 'x': 3 of 4 values are \xff not finite";  // bytes that are no UTF-8
  {
    Journal journal(file_);
    journal.begin();
    journal.record({.candidate = 3,
                    .recipe = "a",
                    .side = Side::search,
                    .score = {.values = values, .failure = "", .merge_seconds = 0.25, .score_seconds = 0.5}});
    journal.record(
        {.candidate = 3, .recipe = "a", .side = Side::test, .score = {.values = {}, .failure = failure}});
    journal.record(
        {.candidate = 4, .recipe = "a", .side = Side::test, .score = {.values = {1}, .failure = ""}});
  }
  const Journal journal(file_);
  EXPECT_EQ(journal.process(), getpid());
  EXPECT_EQ(journal.recorded(), 2U);
  const Score* const found = journal.find("a", Side::search);
  ASSERT_NE(found, nullptr);
  ASSERT_EQ(found->values.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(found->values[i]), std::bit_cast<std::uint64_t>(values[i])) << i;
  EXPECT_EQ(found->merge_seconds, 0.25);
  EXPECT_EQ(found->score_seconds, 0.5);
  const Score* const failed = journal.find("a", Side::test);  // the first of the two
  ASSERT_NE(failed, nullptr);
  EXPECT_THAT(failed->failure, HasSubstr("tensor 'x'"));
  EXPECT_THAT(failed->values, IsEmpty());
  EXPECT_EQ(journal.find("a", Side::validation), nullptr);
  EXPECT_EQ(journal.find("b", Side::search), nullptr);
}

TEST_F(JournalFile, KeepsMeasuresApart) {
  {
    Journal journal(file_);
    journal.begin();
    journal.record(
        {.recipe = "a", .measure = Measure::likelihood, .score = {.values = {-0.5}, .failure = ""}});
    journal.record({.recipe = "a", .score = {.values = {1}, .failure = ""}});
  }
  const Journal journal(file_);
  EXPECT_EQ(journal.find("a", Side::search, Measure::likelihood)->values.front(), -0.5);
  EXPECT_EQ(journal.find("a", Side::search)->values.front(), 1);
}

TEST_F(JournalFile, KeepsSomeItemsApartFromAll) {
  {
    Journal journal(file_);
    journal.begin();
    journal.record({.recipe = "a", .items = {2, 5}, .score = {.values = {0, 1}, .failure = ""}});
    journal.record({.recipe = "a", .items = {3}, .score = {.values = {}, .failure = "late"}});
    journal.record({.recipe = "a", .score = {.values = {1}, .failure = ""}});
  }
  const Journal journal(file_);
  EXPECT_EQ(journal.recorded(), 3U);
  EXPECT_THAT(journal.find("a", Side::search, Measure::metric, {2, 5})->values, ElementsAre(0, 1));
  EXPECT_EQ(journal.find("a", Side::search, Measure::metric, {3})->failure, "late");
  EXPECT_EQ(journal.find("a", Side::search, Measure::metric, {2}), nullptr);
  EXPECT_THAT(journal.find("a", Side::search)->values, ElementsAre(1));
}

TEST_F(JournalFile, WhatIsInMemoryIsWhatIsInTheFile) {
  Journal journal(file_);
  journal.begin();
  journal.record(
      {.candidate = 0, .recipe = "a", .side = Side::search, .score = {.values = {}, .failure = "\xff"}});
  EXPECT_EQ(journal.find("a", Side::search)->failure, Journal(file_).find("a", Side::search)->failure);
}

TEST_F(JournalFile, CountsOpeningsByEvaluations) {
  {
    Journal journal(file_);
    journal.begin();
    EXPECT_EQ(journal.open_test(), 1U);
    EXPECT_EQ(journal.open_test(), 1U);
  }
  Journal journal(file_);
  journal.begin();
  EXPECT_EQ(journal.open_test(), 1U);  // a run that died while looking looks at the same opening
  journal.extend(20);
  EXPECT_EQ(journal.open_test(), 2U);
  EXPECT_EQ(Journal(file_).openings(), 2U);
  EXPECT_EQ(Journal(file_).evaluations(), 20);
}

TEST_F(JournalFile, FinalistsAreNamedOnce) {
  {
    Journal journal(file_);
    journal.begin();
    journal.name_finalists({"a", "b"});
  }
  Journal journal(file_);
  journal.begin();
  EXPECT_NO_THROW(journal.name_finalists({"a", "b"}));
  EXPECT_THROW(journal.name_finalists({"a", "c"}), Error);
  journal.extend(20);
  EXPECT_NO_THROW(journal.name_finalists({"a", "c"}));
}

TEST_F(JournalFile, GoesOnBehindATornRecord) {
  {
    Journal journal(file_);
    journal.begin();
    journal.record(
        {.candidate = 0, .recipe = "a", .side = Side::search, .score = {.values = {1}, .failure = ""}});
    journal.record(
        {.candidate = 1, .recipe = "b", .side = Side::search, .score = {.values = {1}, .failure = ""}});
  }
  fs::resize_file(file_, fs::file_size(file_) - 5);
  {
    Journal journal(file_);
    EXPECT_EQ(journal.recorded(), 1U);
    journal.begin();
    journal.record(
        {.candidate = 1, .recipe = "b", .side = Side::search, .score = {.values = {2}, .failure = ""}});
  }
  EXPECT_THAT(Journal(file_).find("b", Side::search)->values, ElementsAre(2));
}

TEST_F(JournalFile, WhatIsNoJournalIsSaidToBeNone) {
  const auto message = [&](const std::string& text) {
    const fs::path file = folder_.write("other", text);
    return tests::message_of([&] { Journal journal(file); });
  };
  EXPECT_THAT(message(""), HasSubstr("is no journal of a run"));
  EXPECT_THAT(message("some text\nand more\n"), HasSubstr("is no journal of a run"));
  EXPECT_THAT(message(record_line("{}")), HasSubstr("record 1 is not understood"));
  EXPECT_THAT(message(record_line("[1]")), HasSubstr("record 1 is not understood"));
  EXPECT_THAT(message(record_line("{\"extension\":3}")), HasSubstr("a header belongs at the beginning"));
  EXPECT_THAT(message(record_line("{\"header\":{\"version\":2}}")),
              HasSubstr("version 2 of the journal, expected 1"));
  const std::string header = read_text(file_);
  EXPECT_THAT(message(header + header), HasSubstr("record 2 is not understood"));
  EXPECT_THAT(
      message(header + record_line("{\"evaluation\":{\"recipe\":\"a\",\"side\":\"left\",\"values\":[1],"
                                   "\"seconds\":[0,0]}}")),
      HasSubstr("record 2 is not understood: unknown side 'left'"));
}

TEST(RunIdentity, EveryDifferenceIsSaidWithBothValues) {
  EXPECT_THAT(differences(example(), example()), IsEmpty());
  RunIdentity other = example();
  other.build = "tsugi 0.2.0";
  other.instruction_set = "AVX-512";
  other.directory = "/elsewhere";  // is no difference
  other.seed = 5;
  other.tasks = {{"math (acc,none)", "ee"}};
  other.inputs = {{"a/config.json", "cc"}, {"b/config.json", "dd"}};
  EXPECT_THAT(
      differences(example(), other),
      ElementsAre("the build was tsugi 0.1.0 (0123456789abcdef), oneDNN 2.6.3, glibc 2.36 and is tsugi 0.2.0",
                  "the instruction set was AVX2 and is AVX-512", "the seed was 18446744073709551615 and is 5",
                  "the SHA-256 of task math (acc,none) was bb and is ee",
                  "the SHA-256 of file a/model.safetensors was dd and is gone", "file b/config.json is new"));
}

}  // namespace
}  // namespace tsugi::evolve
