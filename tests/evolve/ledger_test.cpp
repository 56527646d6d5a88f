// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using eval::HoldoutItem;
using testing::HasSubstr;
using tests::read_text;
using tests::TemporaryFolder;

std::vector<HoldoutItem> items(int first, int count) {
  std::vector<HoldoutItem> out;
  for (int i = first; i < first + count; ++i) out.push_back({"Question " + std::to_string(i), std::nullopt});
  return out;
}

Opening opening(const std::string& run, std::size_t number, const SealedSet& set) {
  return {.time = {}, .run = run, .number = number, .winner = "ab12", .set = set};
}

TEST(Ledger, ItemsAreKnownByWhatTheyAskInAnyOrder) {
  std::vector<HoldoutItem> all = items(0, 20);
  const SealedSet set = sealed_set(all);
  EXPECT_EQ(set.items.size(), 20U);
  std::reverse(all.begin(), all.end());
  all[3].question = "  QUESTION  " + all[3].question.substr(9);
  EXPECT_EQ(sealed_set(all).key, set.key);
  EXPECT_EQ(sealed_set(all).items, set.items);
  all[3].source = "a book";
  EXPECT_NE(sealed_set(all).key, set.key);
  // printf 'a\0' | sha256sum -> the digest; printf %s DIGEST | sha256sum -> the key of the set.
  const SealedSet one = sealed_set(std::vector<HoldoutItem>{{"A", std::nullopt}});
  EXPECT_EQ(one.items, (std::vector<std::uint64_t>{0xffe9aaeaa2a2d504U}));
}

TEST(Ledger, KeepsOpeningsAndToldOfOthersThatShareItems) {
  const TemporaryFolder folder;
  const auto file = folder / "state/tsugi/openings.jsonl";
  const SealedSet set = sealed_set(items(0, 10));
  EXPECT_TRUE(read_ledger(file).empty());
  record_opening(file, opening("/runs/a", 1, set));
  record_opening(file, opening("/runs/b", 1, sealed_set(items(5, 10))));
  record_opening(file, opening("/runs/c", 1, sealed_set(items(50, 10))));
  record_opening(file, opening("/runs/a", 2, set));
  const std::vector<Opening> ledger = read_ledger(file);
  ASSERT_EQ(ledger.size(), 4U);
  EXPECT_THAT(ledger[0].time, testing::MatchesRegex("20..-..-..T..:..:..Z"));
  const auto known = known_openings(ledger, set);
  ASSERT_EQ(known.size(), 3U);
  EXPECT_EQ(known[0].shared, 10U);
  EXPECT_EQ(known[1].shared, 5U);
  EXPECT_EQ(known[2].opening.number, 2U);
  const std::string text = describe(known, set.items.size());
  EXPECT_THAT(text, HasSubstr("these 10 sealed items on this computer: 3."));
  EXPECT_THAT(text, HasSubstr("  5 of them  /runs/b, its opening 1, winner ab12"));
}

TEST(Ledger, ARunThatIsGoneOnWithOpensOnce) {
  const TemporaryFolder folder;
  const SealedSet set = sealed_set(items(0, 10));
  for (int i = 0; i < 3; ++i) record_opening(folder / "openings.jsonl", opening("/runs/a", 1, set));
  EXPECT_EQ(read_ledger(folder / "openings.jsonl").size(), 1U);
  Opening other = opening("/runs/a", 1, set);
  other.winner = "cd34";
  record_opening(folder / "openings.jsonl", other);
  EXPECT_EQ(read_ledger(folder / "openings.jsonl").size(), 2U);
}

TEST(Ledger, ATornLineIsPassedOverAndNothingIsWrittenIntoIt) {
  const TemporaryFolder folder;
  const auto file = folder / "openings.jsonl";
  const SealedSet set = sealed_set(items(0, 3));
  record_opening(file, opening("/runs/a", 1, set));
  const std::string whole = read_text(file);
  std::string changed = whole;
  changed.replace(changed.find("/runs/a"), 7, "/runs/z");
  folder.write("openings.jsonl", whole + changed + "nonsense\n" + whole.substr(0, 40));
  record_opening(file, opening("/runs/b", 1, set));
  const std::vector<Opening> ledger = read_ledger(file);
  ASSERT_EQ(ledger.size(), 2U);
  EXPECT_EQ(ledger[0].run, "/runs/a");
  EXPECT_EQ(ledger[1].run, "/runs/b");
}

TEST(Ledger, TwoProcessesLoseNoOpening) {
  const TemporaryFolder folder;
  const auto file = folder / "openings.jsonl";
  constexpr std::size_t kEach = 50;
  const SealedSet set = sealed_set(items(0, 100));
  const auto write_all = [&](const std::string& run) {
    for (std::size_t i = 1; i <= kEach; ++i) record_opening(file, opening(run, i, set));
  };
  const pid_t child = fork();
  if (child == 0) {
    write_all("/runs/child");
    _exit(0);
  }
  write_all("/runs/parent");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(read_ledger(file).size(), 2 * kEach);
}

TEST(Ledger, LiesWhereTheStateOfProgramsLies) {
  const char* const before = std::getenv("XDG_STATE_HOME");
  ASSERT_NE(before, nullptr) << "tests must not write to the user's state";
  const std::string kept = before;
  setenv("XDG_STATE_HOME", "/state", 1);
  EXPECT_EQ(standard_ledger(), "/state/tsugi/openings.jsonl");
  setenv("XDG_STATE_HOME", "relative", 1);  // to be ignored, says the XDG base directory specification
  EXPECT_EQ(standard_ledger(), std::string(std::getenv("HOME")) + "/.local/state/tsugi/openings.jsonl");
  setenv("XDG_STATE_HOME", kept.c_str(), 1);
}

TEST(Ledger, WhatCannotBeWrittenIsAnError) {
  const TemporaryFolder folder;
  const SealedSet set = sealed_set(items(0, 3));
  EXPECT_THROW(record_opening(folder.write("file", "") / "openings.jsonl", opening("/r", 1, set)), Error);
  EXPECT_THROW(record_opening({}, opening("/r", 1, set)), Error);
}

}  // namespace
}  // namespace tsugi::evolve
