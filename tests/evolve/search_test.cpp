// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include <regex>
#include "eval/results/compare.h"
#include "evolve/archive.h"
#include "evolve/evaluator.h"
#include "evolve/report/evidence.h"
#include "evolve/workbench.h"
#include "merge/parallel.h"
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

const std::string kSearch = tests::kPocketSearch;
constexpr auto* spec_of = &tests::pocket_spec;
constexpr auto* run = &tests::run_pocket;

TEST(Search, GivesTheSameBytesForOneAndTwoThreads) {
  const TemporaryFolder folder;
  run(kSearch, {.output = folder / "one", .threads = 1});
  run(kSearch, {.output = folder / "two", .threads = 2});
  for (const char* file :
       {"archive.h5", "result.json", "winner.yaml", "search.yaml", "winner/model.safetensors",
        "samples/evolved/samples_pocket_math_ja.jsonl", "samples/ja/results.json"}) {
    EXPECT_EQ(read_text(folder / "one" / file), read_text(folder / "two" / file)) << file;
    EXPECT_GT(fs::file_size(folder / "one" / file), 0U) << file;
  }
  EXPECT_EQ(read_text(folder / "one" / "search.yaml"), kSearch);
  EXPECT_TRUE(fs::exists(folder / "one" / "timings.h5"));
  EXPECT_FALSE(fs::exists(folder / ".one.tsugi-partial"));
}

TEST(Search, TiesAreToldApartByLikelihood) {
  const TemporaryFolder folder;
  run(kSearch, {.output = folder / "run", .threads = 2});
  const Archive archive = read_archive(folder / "run" / "archive.h5");
  std::size_t ties = 0;
  for (const Record& record : archive.records) {
    if (record.origin != Origin::optimizer) {
      EXPECT_FALSE(record.likelihood);
      continue;
    }
    const auto equals = [&](const Record& other) {
      return other.origin == Origin::optimizer && other.generation == record.generation &&
             other.fitness == record.fitness;
    };
    const bool tied = std::count_if(archive.records.begin(), archive.records.end(), equals) > 1;
    EXPECT_EQ(record.likelihood.has_value(), tied);
    if (tied) ++ties;
  }
  EXPECT_GT(ties, 0U);  // few items: they are common
}

TEST(Search, FollowsTheProtocol) {
  const TemporaryFolder folder;
  std::vector<GenerationSummary> generations;
  std::size_t items_done = 0;
  std::size_t items_total = 0;
  SearchOptions options{.output = folder / "run", .threads = 2};
  options.generation = [&](const GenerationSummary& summary) { generations.push_back(summary); };
  options.progress = [&](const SearchProgress& progress) {
    items_done = progress.items_done;
    items_total = progress.items_total;
  };
  const Result result = run(kSearch, options);
  const Archive archive = read_archive(folder / "run" / "archive.h5");

  // Generation 0: math, ja, base, uniform, the three usual merges, start (the same recipe as uniform here);
  // two generations of 3; the mean.
  ASSERT_EQ(archive.records.size(), 8U + 6U + 1U);
  std::vector<std::string> origins;
  for (const Record& record : archive.records) origins.emplace_back(name(record.origin));
  EXPECT_THAT(origins, testing::ElementsAre("parent", "parent", "parent", "baseline", "baseline", "baseline",
                                            "baseline", "start", "optimizer", "optimizer", "optimizer",
                                            "optimizer", "optimizer", "optimizer", "mean"));
  EXPECT_EQ(archive.records[2].name, "base");
  EXPECT_EQ(archive.records[4].name, "linear");
  EXPECT_EQ(archive.records[5].name, "ties");
  EXPECT_EQ(archive.records[6].name, "dare_ties");
  EXPECT_TRUE(archive.records[6].genes.empty());
  EXPECT_EQ(archive.records[7].same_as, 3U);
  EXPECT_EQ(archive.records[7].fitness, archive.records[3].fitness);
  EXPECT_EQ(archive.finalists.front(), 14U);
  EXPECT_EQ(result.evaluations, 6U);
  EXPECT_EQ(result.test_openings, 1U);
  EXPECT_EQ(result.search_items + result.validation_items + result.test_items, archive.items.size());
  EXPECT_EQ(generations.size(), 3U);
  EXPECT_LE(items_done, items_total);
  EXPECT_GT(items_done, items_total / 2);

  std::vector<std::string> kinds;
  for (const ModelScore& model : result.models) kinds.push_back(model.kind);
  EXPECT_THAT(kinds, testing::ElementsAre("parent", "parent", "parent", "baseline", "baseline", "baseline",
                                          "baseline", "winner"));
  EXPECT_EQ(result.winner, archive.winner);
  EXPECT_EQ(to_json(read_result(folder / "run" / "result.json")), to_json(result));
}

TEST(Search, OptimizersThatReadTasksOrItemsHaveNoMean) {
  const TemporaryFolder folder;
  for (const std::string optimizer : {"nsga2", "natural_niches"}) {
    const Result result = run(replaced(kSearch, "name: cma_es", "name: " + optimizer),
                              {.output = folder / optimizer, .threads = 2});
    EXPECT_EQ(result.evaluations, 6U);
    const Archive archive = read_archive(folder / optimizer / "archive.h5");
    EXPECT_EQ(archive.optimizer, optimizer);
    for (const Record& record : archive.records) EXPECT_NE(record.origin, Origin::mean);
  }
}

TEST(Search, OnlyTheWinnerParentsAndBaselinesAreAskedTheSealedItems) {
  const TemporaryFolder folder;
  run(kSearch, {.output = folder / "run", .threads = 2});
  const Archive archive = read_archive(folder / "run" / "archive.h5");
  const std::set<std::size_t> finalists(archive.finalists.begin(), archive.finalists.end());
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    const bool named = record.origin == Origin::parent || record.origin == Origin::baseline;
    for (std::size_t i = 0; i < archive.items.size(); ++i) {
      const bool asked =
          archive.items[i].side == eval::Side::search ||
          (archive.items[i].side == eval::Side::validation && (named || finalists.count(id) > 0)) ||
          (archive.items[i].side == eval::Side::test && (named || id == *archive.winner));
      // A candidate that stands for an earlier one has that one's scores of the time it was proposed: search
      // only.
      EXPECT_EQ(!std::isnan(record.scores[i]), asked) << id << ' ' << archive.items[i].id;
    }
  }
}

TEST(Search, KeepsWhatWasAnsweredToTheSealedItems) {
  const TemporaryFolder folder;
  const Result result = run(kSearch, {.output = folder / "run", .threads = 2});
  const Archive archive = read_archive(folder / "run" / "archive.h5");
  for (std::size_t i = 0; i < result.models.size(); ++i) {
    const ModelScore& model = result.models[i];
    const eval::ItemScores scores =
        eval::read_item_scores(folder / "run" / "samples" / model.name / "results.json");
    EXPECT_EQ(scores.name, model.name);
    const auto& items = scores.columns.at({"pocket_math_ja", "exact_match_in_language", "last-number"});
    EXPECT_EQ(items.size(), result.test_items);
    double sum = 0;
    for (const auto& [item, score] : items) sum += score;
    EXPECT_DOUBLE_EQ(sum / static_cast<double>(items.size()), model.score.mean) << model.name;
  }
}

TEST(Search, TheExportedWinnerScoresAsArchived) {
  const TemporaryFolder folder;
  SearchOptions options{.output = folder / "run", .threads = 2};
  run(kSearch, options);
  const Archive archive = read_archive(folder / "run" / "archive.h5");
  merge::ThreadPool pool(2);
  pool.run([&] {
    options.output = folder / "unused";
    const auto bench = prepare_search(spec_of(kSearch), options);
    open_sealed(bench->exam, *bench->tokenizer);
    Evaluator evaluator(bench->exam, *bench->tokenizer, bench->store, bench->division);
    std::vector<std::size_t> items(bench->exam.items.size());
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = i;
    const std::vector<Subject> subjects(
        1, {.checkpoint = merge::Checkpoint::open(folder / "run" / "winner"), .recipe = {}});
    const std::vector<Score> scores = evaluator.evaluate(subjects, items, Measure::metric);
    EXPECT_EQ(scores[0].failure, "");
    EXPECT_EQ(scores[0].values, archive.records[*archive.winner].scores);
  });
}

TEST(Search, AFailingCandidateIsRecordedAndTheRunGoesOn) {
  const TemporaryFolder folder;
  // Weights up to 1e300 overflow every type a model can be stored in; the start at 0.5 does not.
  const std::string text = replaced(kSearch, "low: -0.5, high: 2.0", "low: 0, high: 1.0e+300");
  const Result result = run(text, {.output = folder / "run", .threads = 2});
  const Archive archive = read_archive(folder / "run" / "archive.h5");
  std::size_t failures = 0;
  for (const Record& record : archive.records) {
    if (record.failure.empty()) continue;
    ++failures;
    EXPECT_FALSE(record.fitness);
    EXPECT_EQ(record.origin == Origin::optimizer || record.origin == Origin::mean, true);
    EXPECT_TRUE(std::isnan(record.scores[0]));
  }
  EXPECT_GE(failures, 6U);
  EXPECT_EQ(result.winner, 7U);  // the start
  const Archive again = archive;
  EXPECT_EQ(again.finalists, (std::vector<std::size_t>{7}));
}

// The bundled task on its first 30 items in a folder of its own, the targets of some of them other ones.
std::string task_with(const TemporaryFolder& folder, const std::string& name,
                      const std::set<std::string>& other, const nlohmann::ordered_json& target) {
  std::ifstream in(TSUGI_ROOT "/recipes/pocket/items/math_ja.jsonl");
  std::string items;
  std::string line;
  for (int i = 0; i < 30 && std::getline(in, line); ++i) {
    auto item = nlohmann::ordered_json::parse(line);
    if (other.count("pocket_math_ja/" + item["id"].get<std::string>()) > 0) item["target"] = target;
    items += item.dump() + "\n";
  }
  folder.write(name + "/items.jsonl", items);
  const std::string task = read_text(TSUGI_ROOT "/recipes/pocket/tasks/math_ja.yaml");
  // strip() is what text has and other values have not.
  folder.write(name + "/own.yaml", replaced(replaced(task, "../items/math_ja.jsonl", "items.jsonl"),
                                            "doc_to_target: target", "doc_to_target: '{{target.strip()}}'"));
  return replaced(kSearch, "include_path: tasks", "include_path: " + (folder / name).string());
}

// All that was known before the opening.
void expect_same_until_the_opening(const Archive& a, const Archive& b) {
  ASSERT_EQ(a.records.size(), b.records.size());
  EXPECT_EQ(a.finalists, b.finalists);
  EXPECT_EQ(a.winner, b.winner);
  for (std::size_t id = 0; id < a.records.size(); ++id) {
    EXPECT_EQ(a.records[id].recipe, b.records[id].recipe);
    EXPECT_EQ(a.records[id].fitness, b.records[id].fitness);
    for (std::size_t i = 0; i < a.items.size(); ++i) {
      EXPECT_EQ(a.items[i].side, b.items[i].side);
      if (a.items[i].side == eval::Side::test) continue;
      const double x = a.records[id].scores[i];
      const double y = b.records[id].scores[i];
      EXPECT_TRUE(x == y || (std::isnan(x) && std::isnan(y))) << id << ' ' << a.items[i].id;
    }
  }
}

TEST(Search, SealedAnswersAreNotReadBeforeTheOpening) {
  const TemporaryFolder folder;
  const Result honest =
      run(task_with(folder, "clean", {}, {}), {.output = folder / "clean_run", .threads = 2});
  ASSERT_GT(honest.models.back().score.mean, 0);
  const Archive clean = read_archive(folder / "clean_run/archive.h5");
  std::set<std::string> sealed;
  for (const ArchiveItem& item : clean.items) {
    if (item.side == eval::Side::test) sealed.insert(item.id);
  }
  ASSERT_GE(sealed.size(), 5U);

  // Other answers change nothing before the opening, and something behind it.
  const Result fooled =
      run(task_with(folder, "other", sealed, "9999"), {.output = folder / "other_run", .threads = 2});
  const Archive other = read_archive(folder / "other_run/archive.h5");
  expect_same_until_the_opening(clean, other);
  EXPECT_EQ(fooled.models.back().score.mean, 0);

  // Poison: an answer that is no text ends the run when it is read, and that is at the opening.
  EXPECT_THAT(tests::message_of([&] {
                run(task_with(folder, "poison", sealed, nullptr),
                    {.output = folder / "poison_run", .threads = 2});
              }),
              HasSubstr("strip"));
  const auto partial = folder / ".poison_run.tsugi-partial";
  EXPECT_TRUE(fs::exists(partial / "winner.yaml"));
  const Archive poisoned = read_archive(partial / "archive.h5");
  EXPECT_EQ(poisoned.test_openings, 1U);
  expect_same_until_the_opening(clean, poisoned);
}

TEST(Search, OpeningsAreInTheLedgerAndNowhereInTheResult) {
  const TemporaryFolder folder;
  const Result first = run(kSearch, {.output = folder / "first", .threads = 2});
  const Result again = run(kSearch, {.output = folder / "again", .threads = 2});
  EXPECT_EQ(to_json(first), to_json(again));
  fs::remove_all(folder / "first");
  const std::string text = openings(again);
  EXPECT_THAT(text, HasSubstr((folder / "first").string()));
  EXPECT_THAT(text, HasSubstr((folder / "again").string()));
}

TEST(Search, AnUnwritableLedgerIsANote) {
  const TemporaryFolder folder;
  const std::string before = std::getenv("XDG_STATE_HOME");
  setenv("XDG_STATE_HOME", folder.write("file", "").c_str(), 1);
  std::string notes;
  SearchOptions options{.output = folder / "run", .threads = 2};
  options.note = [&](const std::string& note) { notes += note + "\n"; };
  const Result result = run(kSearch, options);
  EXPECT_THAT(notes, HasSubstr("the opening of the sealed test is not in the ledger"));
  EXPECT_THAT(openings(result), HasSubstr("not in the ledger"));
  setenv("XDG_STATE_HOME", before.c_str(), 1);
}

// The files that users start from, on few items.
TEST(Search, TheBundledSearchesRun) {
  const TemporaryFolder folder;
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(TSUGI_ROOT "/recipes/pocket")) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path());
    ++files;
    // Each stage of a staged search has evaluations of its own.
    const std::string text =
        std::regex_replace(read_text(entry.path()), std::regex("evaluations: [0-9]+"), "evaluations: 3") +
        "limit: 30\n";
    const Result result = run(text, {.output = folder / entry.path().stem().string(), .threads = 2});
    EXPECT_GE(result.evaluations, 3U);
  }
  EXPECT_GE(files, 2U);
}

// What all methods and roles of a search stand for is merged, scored and written like anything else.
TEST(Search, ChoosesAmongMethodsAndFinishesWithAnotherOptimizer) {
  const TemporaryFolder folder;
  std::string text =
      replaced(kSearch, "merge_method: task_arithmetic", "merge_method: [task_arithmetic, ties]");
  text = replaced(text, "layer_granularity: 4", "layer_groups: [1, 6, 1]\n  roles: [attn, mlp.down, embed]");
  text = replaced(text, "start: 0.5", "start: 0.5, step: 0.25");
  text = replaced(text, "population: 3}", "population: 3, finish: {name: bobyqa, evaluations: 2}}");
  run(text + "random_init: true\nshuffle: true\n", {.output = folder / "one", .threads = 1});
  run(text + "random_init: true\nshuffle: true\n", {.output = folder / "two", .threads = 2});
  EXPECT_EQ(read_text(folder / "one" / "archive.h5"), read_text(folder / "two" / "archive.h5"));
  const Archive archive = read_archive(folder / "one" / "archive.h5");
  EXPECT_EQ(archive.merge_method, "task_arithmetic, ties");
  EXPECT_EQ(archive.optimizer, "cma_es, bobyqa");
  std::size_t baselines = 0;
  for (const Record& record : archive.records) {
    EXPECT_EQ(record.failure, "");
    if (record.name == "uniform task_arithmetic" || record.name == "uniform ties") ++baselines;
    if (record.origin != Origin::optimizer) continue;
    for (std::size_t i = 0; i < record.genes.size(); ++i) {
      if (archive.genes[i].name.find(" weight") == std::string::npos) continue;
      EXPECT_EQ(record.genes[i], std::round(4 * record.genes[i]) / 4) << archive.genes[i].name;
    }
  }
  EXPECT_EQ(baselines, 2U);
  EXPECT_GE(archive.evaluations, 6U);
}

TEST(Search, BadInputIsRefusedBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  const auto error_of = [&](const std::string& text,
                            std::optional<std::uint64_t> memory = {}) -> std::string {
    try {
      run(text, {.output = folder / "run", .threads = 1, .max_memory = memory});
    } catch (const InputError& error) {
      return error.what();
    }
    return "no InputError";
  };
  EXPECT_THAT(error_of(replaced(kSearch, "exact_match_in_language,", "exact_mach,")),
              HasSubstr("test.yaml:10"));
  EXPECT_THAT(error_of(replaced(kSearch, "name: cma_es", "name: cma")), HasSubstr("unknown optimizer 'cma'"));
  EXPECT_THAT(error_of(replaced(kSearch, "task_arithmetic", "task_aritmetic")), HasSubstr("task_arithmetic"));
  EXPECT_THAT(error_of(kSearch, 1'000'000), HasSubstr("--max-memory"));
  EXPECT_THAT(error_of(replaced(kSearch, "limit: 30", "limit: 1")), HasSubstr("side"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
  folder.write("run/notes.txt", "mine");
  EXPECT_THAT(error_of(kSearch), HasSubstr("is not empty"));
}

}  // namespace
}  // namespace tsugi::evolve
