// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "evolve/archive.h"
#include "evolve/evaluator.h"
#include "evolve/search.h"
#include "evolve/workbench.h"
#include "merge/parallel.h"
#include "tests/support/pocket_search.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using tests::read_text;
using tests::TemporaryFolder;

const std::string kSearch = tests::kPocketSearch;
constexpr auto* run = &tests::run_pocket;

// A search by likelihood: the metric is asked of generation 0, of every second one here, and of finalists.
TEST(LikelihoodSearch, GoesByTheReferences) {
  const TemporaryFolder folder;
  const std::string text = kSearch + "fitness: loglikelihood\nmetric_every: 2\n";
  std::vector<std::string> notes;
  SearchOptions options{.output = folder / "one", .threads = 1};
  options.note = [&](const std::string& note) { notes.push_back(note); };
  run(text, options);
  run(text, {.output = folder / "two", .threads = 2});
  for (const char* file : {"archive.h5", "result.json"})
    EXPECT_EQ(read_text(folder / "one" / file), read_text(folder / "two" / file)) << file;
  const Archive archive = read_archive(folder / "one" / "archive.h5");
  const std::set<std::size_t> finalists(archive.finalists.begin(), archive.finalists.end());
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    EXPECT_EQ(record.fitness, record.likelihood);
    EXPECT_LT(*record.fitness, 0);
    const bool known = record.generation % 2 == 0 || finalists.contains(id) || record.same_as;
    for (std::size_t item = 0; item < archive.items.size(); ++item) {
      if (archive.items[item].side != eval::Side::search || record.same_as) continue;
      EXPECT_EQ(!std::isnan(record.scores[item]), known) << id;
    }
  }
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.starts_with("rank correlation of log-likelihood and metric over ");
  }));
}

// Some of the search items stand for all, by likelihood and by the metric that it is checked with; finalists
// answer all of them.
TEST(LikelihoodSearch, GoesBySomeItems) {
  const TemporaryFolder folder;
  const std::string text =
      kSearch + "fitness: loglikelihood\nmetric_every: 2\nloglikelihood_items: 4\nfinalists: 2\n";
  run(text, {.output = folder / "one", .threads = 1});
  run(text, {.output = folder / "two", .threads = 2});
  for (const char* file : {"archive.h5", "result.json"})
    EXPECT_EQ(read_text(folder / "one" / file), read_text(folder / "two" / file)) << file;
  const Archive archive = read_archive(folder / "one" / "archive.h5");
  EXPECT_EQ(archive.finalists.size(), 2U);
  const std::set<std::size_t> finalists(archive.finalists.begin(), archive.finalists.end());
  std::set<std::set<std::size_t>> asked;
  std::size_t all = 0;
  for (const ArchiveItem& item : archive.items) all += item.side == eval::Side::search ? 1 : 0;
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    if (record.same_as) continue;
    std::set<std::size_t> known;
    for (std::size_t item = 0; item < archive.items.size(); ++item) {
      if (archive.items[item].side == eval::Side::search && !std::isnan(record.scores[item]))
        known.insert(item);
    }
    if (finalists.contains(id)) {
      EXPECT_EQ(known.size(), all);
    } else if (record.generation % 2 == 0) {
      asked.insert(known);
    } else {
      EXPECT_TRUE(known.empty());
    }
  }
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.begin()->size(), 4U);

  // The fitness of a parent is the mean over the same four items, asked one by one.
  merge::ThreadPool pool(1);
  pool.run([&] {
    const auto bench = prepare_search(tests::pocket_spec(text), {.output = folder / "three", .threads = 1});
    Evaluator evaluator(bench->exam, *bench->tokenizer, bench->store, bench->division);
    const Subject parent{.checkpoint = bench->parents.front().checkpoint, .recipe = {}};
    double sum = 0;
    for (const std::size_t item : *asked.begin())
      sum += evaluator.evaluate({&parent, 1}, {&item, 1}, Measure::likelihood).front().values.front();
    EXPECT_DOUBLE_EQ(*archive.records.front().fitness, sum / 4);
  });
}

}  // namespace
}  // namespace tsugi::evolve
