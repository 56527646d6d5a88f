// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whole searches of layers, alone and with weights, on the bundled experts.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "evolve/archive.h"
#include "evolve/evaluator.h"
#include "evolve/workbench.h"
#include "merge/execute.h"
#include "merge/export/folder_writer.h"
#include "merge/merge_in_memory.h"
#include "merge/parallel.h"
#include "tests/support/pocket_search.h"
#include "tests/support/stopped_run.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using testing::HasSubstr;
using tests::read_text;
using tests::resume_pocket;
using tests::run_pocket;
using tests::TemporaryFolder;

const std::string kTask = R"(tasks:
  - {name: pocket_math_ja, metric: "exact_match_in_language,last-number"}
include_path: tasks
limit: 30
fitness: loglikelihood
seed: 2
)";

// max_layers below what 16 on-off genes may reach: some candidates are refused.
const std::string kLayers = R"(layers: {models: [math, ja], repeats: 1, max_layers: 8, dtype: bfloat16}
evaluations: 18
optimizer: {name: cma_es_margin, population: 6, sigma: 0.25}
)" + kTask;

const std::string kGenome = R"(genome:
  merge_method: task_arithmetic
  base_model: base
  models: [math, ja]
  ranges: {weight: {low: -0.5, high: 2.0, start: 0.5}}
  dtype: bfloat16
layers: {models: [ja], repeats: 1}
)";

const std::string kStaged = kGenome + R"(stages:
  - {space: weights, evaluations: 6, optimizer: {name: cma_es, population: 3}}
  - {space: layers, evaluations: 8, optimizer: {name: cma_es_margin, population: 4, sigma: 0.25}}
)" + kTask;

const std::string kTogether =
    kGenome + "evaluations: 8\noptimizer: {name: cma_es_margin, population: 4}\n" + kTask;

void expect_same_for_threads(const std::string& text, const TemporaryFolder& folder) {
  run_pocket(text, {.output = folder / "one", .threads = 1});
  run_pocket(text, {.output = folder / "two", .threads = 2});
  tests::expect_same_runs(folder / "one", folder / "two");
}

// What `tsugi merge winner.yaml` writes, which merges a graph's steps through folders or, as here, in memory
// (merge_in_memory_test.cpp has both).
void expect_winner_is_its_recipe(const std::filesystem::path& run) {
  merge::ThreadPool pool(1);
  pool.run([&] {
    merge::CheckpointStore store;
    const auto plan = merge::plan_graph(recipes::read_recipe_graph(run / "winner.yaml"), store);
    merge::FolderWriter writer(plan, run / "again", {.manifest = false});
    merge::write_folder(plan, writer);
  });
  for (const char* file : {"model.safetensors", "config.json"})
    EXPECT_TRUE(read_text(run / "again" / file) == read_text(run / "winner" / file)) << file;
}

TEST(LayerSearch, LayersAlone) {
  const TemporaryFolder folder;
  expect_same_for_threads(kLayers, folder);
  const Archive archive = read_archive(folder / "one/archive.h5");
  EXPECT_EQ(archive.merge_method, "passthrough");
  ASSERT_EQ(archive.genes.size(), 32U);
  std::size_t refused = 0;
  std::set<std::string> recipes;
  const Record* first_parent = nullptr;
  const Record* start = nullptr;
  for (const Record& record : archive.records) {
    recipes.insert(record.recipe);
    if (record.name == "math") first_parent = &record;
    if (record.origin == Origin::start) start = &record;
    if (record.failure.empty()) continue;
    EXPECT_THAT(record.failure, HasSubstr("and 8 are allowed"));
    EXPECT_FALSE(record.fitness);
    ++refused;
  }
  EXPECT_GT(refused, 0U);
  EXPECT_LT(refused, 18U);
  EXPECT_GT(recipes.size(), 15U);
  ASSERT_TRUE(first_parent != nullptr && start != nullptr);
  EXPECT_EQ(start->fitness, first_parent->fitness);  // the search starts from the first model, to the bit
  expect_winner_is_its_recipe(folder / "one");
}

// Models of other depths follow each other in one arena; each has the scores that it has alone.
TEST(LayerSearch, ScoresDoNotDependOnWhatWasScoredBefore) {
  merge::ThreadPool pool(1);
  pool.run([] {
    const auto bench = prepare_search(tests::pocket_spec(kLayers), {.threads = 1});
    const std::vector<std::size_t> items = items_of(bench->exam, eval::Side::search);
    std::vector<Subject> subjects;
    for (const std::size_t layers : {8U, 3U, 12U, 5U}) {
      std::vector<double> values = start_values(*bench->space);
      for (std::size_t i = 0; i < 16; ++i) values[i] = i < layers ? 1 : 0;
      subjects.push_back({nullptr, bench->space->decode(values)});
    }
    Evaluator shared(bench->exam, *bench->tokenizer, bench->store, bench->division);
    const std::vector<Score> all = shared.evaluate(subjects, items, Measure::likelihood);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      Evaluator own(bench->exam, *bench->tokenizer, bench->store, bench->division);
      const Score alone = own.evaluate({&subjects[i], 1}, items, Measure::likelihood).front();
      EXPECT_EQ(all[i].failure, "");
      EXPECT_EQ(all[i].values, alone.values) << i;
    }
    EXPECT_NE(all[0].values, all[3].values);
  });
}

TEST(LayerSearch, WeightsThenLayers) {
  const TemporaryFolder folder;
  expect_same_for_threads(kStaged, folder);
  const Archive archive = read_archive(folder / "one/archive.h5");
  EXPECT_EQ(archive.optimizer, "cma_es, then cma_es_margin");
  EXPECT_EQ(archive.evaluations, 14U);
  ASSERT_EQ(archive.genes.size(),
            2U + 32);  // weights of two models; 8 layers of the merge, 8 of ja, and scales
  EXPECT_EQ(archive.genes[2].name, "evolved_weights layer 0");
  const Record* mean = nullptr;   // of the weights
  const Record* start = nullptr;  // of the layers
  std::size_t graphs = 0;
  for (const Record& record : archive.records) {
    if (record.genes.empty()) continue;
    const bool of_layers = std::isnan(record.genes[0]);
    EXPECT_EQ(std::isnan(record.genes[33]), !of_layers);
    if (!of_layers && record.origin == Origin::mean) mean = &record;
    if (of_layers && record.origin == Origin::start) start = &record;
    graphs += record.recipe.find("---\n") != std::string::npos ? 1 : 0;
    EXPECT_EQ(record.failure, "");
  }
  ASSERT_TRUE(mean != nullptr && start != nullptr);
  EXPECT_EQ(start->recipe, mean->recipe);
  EXPECT_EQ(start->fitness, mean->fitness);
  EXPECT_GE(graphs, 8U);
  expect_winner_is_its_recipe(folder / "one");
  // From wherever it stopped.
  const std::size_t records = read_records(folder / "one/journal").payloads.size();
  for (const std::size_t kept : {std::size_t{5}, records / 2, records - 8}) {
    SCOPED_TRACE(kept);
    const auto run = folder / fmt::format("run{}", kept);
    tests::leave(folder / "one", kept, run);
    resume_pocket({.output = run, .threads = 2});
    tests::expect_same_runs(run, folder / "one");
  }
}

TEST(LayerSearch, MoreEvaluationsAreTheLastStages) {
  const TemporaryFolder folder;
  run_pocket(kStaged, {.output = folder / "run", .threads = 2});
  resume_pocket({.output = folder / "run", .evaluations = 18, .threads = 2});
  const Archive extended = read_archive(folder / "run/archive.h5");
  EXPECT_EQ(extended.evaluations, 18U);
  run_pocket(kStaged, {.output = folder / "long", .evaluations = 18, .threads = 2});
  const Archive at_once = read_archive(folder / "long/archive.h5");
  ASSERT_EQ(extended.records.size(), at_once.records.size());
  for (std::size_t i = 0; i < extended.records.size(); ++i)
    EXPECT_EQ(extended.records[i].recipe, at_once.records[i].recipe) << i;
}

TEST(LayerSearch, WeightsAndLayersTogether) {
  const TemporaryFolder folder;
  expect_same_for_threads(kTogether, folder);
  const Archive archive = read_archive(folder / "one/archive.h5");
  ASSERT_EQ(archive.genes.size(), 2U + 32);
  std::set<std::string> merges;
  for (const Record& record : archive.records) {
    EXPECT_EQ(record.failure, "");
    const std::size_t end = record.recipe.find("---\n");
    if (end != std::string::npos) merges.insert(record.recipe.substr(0, end));
  }
  EXPECT_GE(merges.size(), 5U);  // each candidate has weights of its own
  expect_winner_is_its_recipe(folder / "one");
}

TEST(LayerSearch, PathsByTheirOwnOptimizer) {
  const TemporaryFolder folder;
  const std::string text =
      "layers: {models: [math, ja], form: path, dtype: bfloat16}\nevaluations: 12\n"
      "optimizer: {name: layer_paths, population: 6}\n" +
      kTask;
  expect_same_for_threads(text, folder);
  const Archive archive = read_archive(folder / "one/archive.h5");
  EXPECT_EQ(archive.genes.size(), 24U);  // 12 hops at 1.5 times 8 layers, and scales
  for (const Record& record : archive.records) EXPECT_EQ(record.failure, "");
}

}  // namespace
}  // namespace tsugi::evolve
