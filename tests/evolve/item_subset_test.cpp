// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/item_subset.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "evolve/record_file.h"
#include "evolve/run_folder.h"
#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/pocket_search.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using testing::Contains;
using testing::HasSubstr;
using tests::read_text;
using tests::replaced;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

constexpr eval::Side kSearchSide = eval::Side::search;

// Two tasks, the second of weight 2, 40 items of each; item i of either is right for merge j where its
// difficulty is below j's ability, both evenly spread, so that one dimension explains everything.
struct Simulated {
  Exam exam;
  Archive archive;

  static double answer(std::size_t item, std::size_t merge) {
    return static_cast<double>(item % 40) / 40 < (static_cast<double>(merge) + 0.5) / 24 ? 1 : 0;
  }

  Simulated() {
    exam.tasks.resize(2);
    exam.tasks[1].weight = 2;
    for (std::size_t i = 0; i < 80; ++i) exam.items.push_back({.task = i / 40, .position = i % 40, .id = ""});
    exam.split.side.assign(80, kSearchSide);
    for (std::size_t j = 0; j < 24; ++j) {
      Record record;
      record.origin = j == 6 || j == 18 ? Origin::parent : Origin::optimizer;
      record.fitness = 0;
      for (std::size_t i = 0; i < 80; ++i) record.scores.push_back(answer(i, j));
      archive.records.push_back(record);
    }
  }
};

// Ability 10 of 24: 10.5 / 24 of each task, three times that as fitness.
TEST(ItemSubset, EstimatesFromAFewAnswers) {
  const Simulated simulated;
  for (const recipes::Estimator estimator :
       {recipes::Estimator::mean, recipes::Estimator::p_irt, recipes::Estimator::gp_irt,
        recipes::Estimator::mp_irt, recipes::Estimator::gmp_irt}) {
    SCOPED_TRACE(recipes::kEstimators[static_cast<std::size_t>(estimator)]);
    const ItemSubset subset({.subset = 16, .estimator = estimator, .dimensions = 1}, simulated.exam,
                            simulated.archive);
    EXPECT_LE(subset.items().size(), 16U);
    EXPECT_GE(subset.items().size(), 12U);
    EXPECT_TRUE(std::is_sorted(subset.items().begin(), subset.items().end()));
    Record record = simulated.archive.records[10];
    record.scores.assign(80, kMissing);
    for (const std::size_t item : subset.items()) record.scores[item] = Simulated::answer(item, 10);
    // Eight anchors a task place the border between right and wrong to an eighth of the items, give or take
    // half.
    EXPECT_NEAR(subset.fitness(record), 3 * 10.5 / 24, 3.0 / 16);
    EXPECT_LT(subset.error(), 3.0 / 8);
  }
}

TEST(ItemSubset, SaysWhatItCannotUse) {
  Simulated simulated;
  const recipes::ItemsSpec spec{.subset = 16, .mark = {.file = "s.yaml", .line = 3, .column = 1}};
  const auto message = [&] {
    return tests::message_of([&] { ItemSubset(spec, simulated.exam, simulated.archive); });
  };
  simulated.archive.records[5].scores[3] = 1.5;
  EXPECT_THAT(message(), HasSubstr("s.yaml:3:1: items: scores are not from 0 to 1"));
  simulated.archive.records[5].scores[3] = 1;
  std::vector<Record>& records = simulated.archive.records;
  std::size_t kept = 0;
  for (std::size_t merges = 0; merges < 9; ++kept) merges += records[kept].origin == Origin::parent ? 0 : 1;
  records.resize(kept);
  EXPECT_THAT(message(), HasSubstr("9 merges have answered every item, expected at least 10"));
}

std::string search_of(int evaluations) {
  const std::string all = replaced(tests::kPocketSearch, "limit: 30", "limit: 120");
  return replaced(replaced(all, "evaluations: 6", fmt::format("evaluations: {}", evaluations)),
                  "population: 3}", "population: 6}\nitems: {subset: 12, full_generations: 1}");
}

void expect_same(const fs::path& one, const fs::path& other) {
  for (const char* file : {"archive.h5", "result.json", "winner.yaml"})
    EXPECT_TRUE(read_text(one / file) == read_text(other / file)) << file;
}

TEST(ItemSubset, ASearchAsksASubsetAndThenTheBestEverything) {
  const TemporaryFolder folder;
  std::vector<std::string> notes;
  std::size_t done = 0;
  std::size_t total = 0;
  SearchOptions options{.output = folder / "one", .threads = 1};
  options.note = [&](const std::string& note) { notes.push_back(note); };
  options.progress = [&](const SearchProgress& progress) {
    done = progress.items_done;
    total = progress.items_total;
  };
  // The best of the two generations that answer a subset may be all of one, but not all of both.
  const std::string search = search_of(18);
  tests::run_pocket(search, options);
  EXPECT_LE(done, total);
  EXPECT_THAT(notes, Contains(HasSubstr("from here on candidates answer 12 of ")));
  EXPECT_THAT(notes, Contains(HasSubstr("then answered all search items")));
  const Archive archive = read_archive(folder / "one/archive.h5");
  const std::set<std::size_t> finalists(archive.finalists.begin(), archive.finalists.end());
  std::size_t partial = 0;
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    EXPECT_TRUE(record.fitness);
    std::size_t missing = 0;
    for (std::size_t i = 0; i < archive.items.size(); ++i)
      missing += archive.items[i].side == kSearchSide && std::isnan(record.scores[i]) ? 1 : 0;
    if (missing == 0) continue;
    ++partial;
    EXPECT_GT(record.generation, 1U);
    EXPECT_FALSE(finalists.contains(id));
  }
  EXPECT_GT(partial, 0U);
  tests::run_pocket(search, {.output = folder / "two", .threads = 2});
  expect_same(folder / "one", folder / "two");
}

TEST(ItemSubset, ASearchGoesOnFromAnyRecord) {
  const TemporaryFolder folder;
  tests::run_pocket(search_of(12), {.output = folder / "whole", .threads = 2});
  const Records all = read_records(folder / "whole/journal");
  for (std::size_t kept = 2; kept <= all.payloads.size(); kept += 9) {
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

}  // namespace
}  // namespace tsugi::evolve
