// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Searches whose generations race.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <set>

#include "evolve/archive.h"
#include "evolve/record_file.h"
#include "evolve/run_folder.h"
#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/pocket_search.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using testing::HasSubstr;
using tests::read_text;
using tests::replaced;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

// Enough items that some drop out, and a budget that lets them.
const std::string kRace =
    replaced(replaced(tests::kPocketSearch, "limit: 30", "limit: 120"), "population: 3}",
             "population: 4}\nrace: {first: 8, block: 4, error: 0.8}");

void expect_same(const fs::path& one, const fs::path& other) {
  for (const char* file : {"archive.h5", "result.json", "winner.yaml", "winner/model.safetensors"})
    EXPECT_TRUE(read_text(one / file) == read_text(other / file)) << file;
}

std::size_t answered(const Archive& archive, const Record& record) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < archive.items.size(); ++i) {
    if (archive.items[i].side == eval::Side::search && !std::isnan(record.scores[i])) ++number;
  }
  return number;
}

TEST(RaceSearch, AsksThoseThatDropOutOnlySomeItems) {
  const TemporaryFolder folder;
  std::size_t done = 0;
  std::size_t total = 0;
  SearchOptions options{.output = folder / "one", .threads = 1};
  options.progress = [&](const SearchProgress& progress) {
    done = progress.items_done;
    total = progress.items_total;
  };
  const Result result = tests::run_pocket(kRace, options);
  EXPECT_LE(done, total);
  const Archive archive = read_archive(folder / "one/archive.h5");
  const std::set<std::size_t> finalists(archive.finalists.begin(), archive.finalists.end());
  std::size_t dropped = 0;
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    ASSERT_TRUE(record.fitness) << id;
    const std::size_t items = answered(archive, record);
    if (items == result.search_items) continue;
    ++dropped;
    EXPECT_EQ(record.origin, Origin::optimizer);
    EXPECT_GE(items, 8U);
    EXPECT_EQ(items % 4, 0U);
    EXPECT_FALSE(finalists.contains(id));
    EXPECT_FALSE(record.likelihood);
  }
  EXPECT_GE(dropped, 3U);
  // A generation's best is scored whole.
  for (std::size_t generation = 1; generation <= 2; ++generation) {
    const Record* best = nullptr;
    for (const Record& record : archive.records) {
      if (record.origin != Origin::optimizer || record.generation != generation) continue;
      if (best == nullptr || *record.fitness > *best->fitness) best = &record;
    }
    EXPECT_EQ(answered(archive, *best), result.search_items);
  }
  tests::run_pocket(kRace, {.output = folder / "two", .threads = 2});
  expect_same(folder / "one", folder / "two");
}

TEST(RaceSearch, GoesOnFromAnyRecord) {
  const TemporaryFolder folder;
  tests::run_pocket(kRace, {.output = folder / "whole", .threads = 2});
  const Records all = read_records(folder / "whole/journal");
  for (std::size_t kept = 1; kept <= all.payloads.size(); kept += 5) {
    SCOPED_TRACE(kept);
    const fs::path run = folder / fmt::format("run{}", kept);
    fs::create_directories(partial_of(run));
    fs::copy(folder / "whole/search.yaml", partial_of(run));
    std::string journal;
    for (std::size_t i = 0; i < kept; ++i) journal += record_line(all.payloads[i]);
    write_whole(partial_of(run) / "journal", journal);
    tests::resume_pocket({.output = run, .threads = 1 + kept % 2});
    expect_same(run, folder / "whole");
  }
}

// What was asked only for the end of the shorter run plays no part in the longer one.
TEST(RaceSearch, AnExtendedRunIsOneOfAsManyEvaluations) {
  const TemporaryFolder folder;
  tests::run_pocket(kRace, {.output = folder / "run", .evaluations = 4, .threads = 2});
  tests::run_pocket(kRace, {.output = folder / "eight", .evaluations = 8, .threads = 2});
  tests::resume_pocket({.output = folder / "run", .evaluations = 8, .threads = 2});
  Archive at_once = read_archive(folder / "eight/archive.h5");
  at_once.test_openings = 2;
  write_archive(at_once, folder / "expected.h5");
  EXPECT_TRUE(read_text(folder / "run/archive.h5") == read_text(folder / "expected.h5"));
}

TEST(RaceSearch, FailuresDropOutAndAreRepeated) {
  const TemporaryFolder folder;
  const std::string text = replaced(kRace, "low: -0.5, high: 2.0", "low: 0, high: 1.0e+300");
  tests::run_pocket(text, {.output = folder / "one", .threads = 1});
  tests::run_pocket(text, {.output = folder / "two", .threads = 2});
  expect_same(folder / "one", folder / "two");
  std::size_t failures = 0;
  for (const Record& record : read_archive(folder / "one/archive.h5").records)
    failures += record.failure.empty() ? 0 : 1;
  EXPECT_GT(failures, 0U);
}

TEST(RaceSearch, SaysWhoCannotRace) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& text) {
    return tests::message_of([&] { tests::run_pocket(text, {.output = folder / "run", .threads = 1}); });
  };
  EXPECT_THAT(message(replaced(kRace, "name: cma_es", "name: de")),
              HasSubstr("de goes by more than the ranks of a generation"));
  EXPECT_THAT(message(kRace + "fitness: loglikelihood\n"), HasSubstr("race goes by the metric"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace tsugi::evolve
