// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::recipes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using tests::message_of;

SearchSpec parse(std::string_view text) {
  return parse_search(text, "s.yaml");
}

std::string error_of(std::string_view text) {
  return message_of([&] { parse(text); });
}

const std::string kSmall = "genome: {models: [a, b], merge_method: linear}\ntasks: [t]\n";

/// The message for kSmall with one more line, which is line 3.
std::string line_error(const std::string& line) {
  return error_of(kSmall + line + "\n");
}
/// The message for a genome with one more line, which is line 4.
std::string genome_error(const std::string& line) {
  return error_of("genome:\n  models: [a, b]\n  merge_method: linear\n  " + line + "\ntasks: [t]\n");
}

// In the style of mergekit's docs/evolve.md.
constexpr std::string_view kMergekit = R"(genome:
    models:
      - model_1
      - model_2
      - model_n
    merge_method: dare_ties
    base_model: base_model_if_needed
    tokenizer_source: null # optional
    layer_granularity: 8

    # optional:
    normalize: false
    allow_negative_weights: false
    smooth: false
    filters:
      - self_attn
      - mlp
tasks:
  - name: lm_eval_task_name
    weight: 1.0
    metric: "acc,none"
  - another_task
  - {name: third, weight: -0.5, metric: "perplexity,none"}
limit: 100
num_fewshot: 0
shuffle: false
random_init: false
)";

TEST(ParseSearch, UnderstandsMergekitEvolve) {
  const SearchSpec search = parse(kMergekit);
  ASSERT_THAT(search.genome.models, SizeIs(3));
  EXPECT_EQ(search.genome.models[2].text, "model_n");
  EXPECT_EQ(search.genome.models[2].mark.text(), "s.yaml:5:9");
  EXPECT_EQ(search.genome.merge_method, "dare_ties");
  EXPECT_EQ(search.genome.method_mark.text(), "s.yaml:6:19");
  EXPECT_EQ(search.genome.base_model->text, "base_model_if_needed");
  EXPECT_EQ(search.genome.layer_granularity, 8);
  EXPECT_EQ(search.genome.normalize, false);
  EXPECT_FALSE(search.genome.allow_negative_weights);
  EXPECT_FALSE(search.genome.smooth);
  EXPECT_THAT(search.genome.filters, ElementsAre("self_attn", "mlp"));
  ASSERT_THAT(search.tasks, SizeIs(3));
  EXPECT_EQ(search.tasks[0].name, "lm_eval_task_name");
  EXPECT_EQ(search.tasks[1].name, "another_task");
  EXPECT_EQ(search.tasks[1].weight, 1);
  EXPECT_EQ(search.tasks[1].metric, "acc,none");
  EXPECT_EQ(search.tasks[2].weight, -0.5);
  EXPECT_EQ(search.tasks[2].metric, "perplexity,none");
  EXPECT_EQ(search.limit, 100);
  EXPECT_EQ(search.num_fewshot, 0);
}

TEST(ParseSearch, DefaultsAreThoseOfTheHeader) {
  const SearchSpec search = parse(kSmall);
  EXPECT_EQ(search.genome.layer_granularity, 0);
  EXPECT_EQ(search.genome.normalize, std::nullopt);
  EXPECT_FALSE(search.genome.outside_layers);
  EXPECT_EQ(search.genome.dtype, std::nullopt);
  EXPECT_THAT(search.include_path, SizeIs(0));
  EXPECT_EQ(search.limit, std::nullopt);
  EXPECT_EQ(search.optimizer.name, "cma_es");
  EXPECT_THAT(search.optimizer.settings, SizeIs(0));
  EXPECT_EQ(search.evaluations, 100);
  EXPECT_EQ(search.seed, 0U);
  EXPECT_EQ(search.split.search, 0.4);
  EXPECT_EQ(search.split.validation, 0.2);
  EXPECT_EQ(search.split.test, 0.4);
  EXPECT_EQ(search.source_text, kSmall);
  EXPECT_EQ(search.file, "s.yaml");
}

TEST(ParseSearch, OurAdditions) {
  const SearchSpec search = parse(R"(genome:
  models: [a, b]
  merge_method: ties
  base_model: c
  outside_layers: true
  ranges:
    weight: {low: -0.5, high: 2, start: 0.5}
    density: {low: 0.1}
  dtype: bfloat16
tasks: [t]
include_path: [x, y]
optimizer: {sigma: 0.25, name: sep_cma_es, restarts: ipop}
evaluations: 500
seed: 18446744073709551615
split: {search: 0.5, validation: 0, test: 0.5}
num_fewshot: 2
apply_chat_template: true
fewshot_as_multiturn: false
system_instruction: Be brief.
)");
  EXPECT_EQ(search.num_fewshot, 2);
  EXPECT_TRUE(search.apply_chat_template);
  EXPECT_FALSE(search.fewshot_as_multiturn);
  EXPECT_EQ(search.system_instruction, "Be brief.");
  EXPECT_TRUE(search.genome.outside_layers);
  const GeneRange& weight = search.genome.ranges.at("weight");
  EXPECT_EQ(weight.low, -0.5);
  EXPECT_EQ(weight.high, 2);
  EXPECT_EQ(weight.start, 0.5);
  EXPECT_EQ(weight.mark.text(), "s.yaml:7:5");
  EXPECT_EQ(search.genome.ranges.at("density").low, 0.1);
  EXPECT_EQ(search.genome.ranges.at("density").high, std::nullopt);
  EXPECT_EQ(search.genome.dtype, DType::BF16);
  EXPECT_THAT(search.include_path, ElementsAre("x", "y"));
  EXPECT_EQ(search.optimizer.name, "sep_cma_es");
  ASSERT_THAT(search.optimizer.settings, SizeIs(2));
  EXPECT_EQ(search.optimizer.settings[0].key, "sigma");
  EXPECT_EQ(search.optimizer.settings[0].number, 0.25);
  EXPECT_EQ(search.optimizer.settings[0].key_mark.text(), "s.yaml:12:13");
  EXPECT_EQ(search.optimizer.settings[0].mark.text(), "s.yaml:12:20");
  EXPECT_EQ(search.optimizer.settings[1].text, "ipop");
  EXPECT_EQ(search.optimizer.settings[1].number, std::nullopt);
  EXPECT_EQ(search.optimizer.mark.text(), "s.yaml:12:32");
  EXPECT_EQ(search.evaluations, 500);
  EXPECT_EQ(search.seed, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(search.split.validation, 0);
}

TEST(ParseSearch, UnknownKeysAreRefusedEverywhere) {
  EXPECT_EQ(line_error("evaluatons: 5"), "s.yaml:3:1: unknown key 'evaluatons'; did you mean 'evaluations'?");
  EXPECT_EQ(genome_error("layer_granulatity: 5"),
            "s.yaml:4:3: unknown key 'layer_granulatity'; did you mean 'layer_granularity'?");
  EXPECT_EQ(genome_error("ranges: {weight: {min: 0}}"),
            "s.yaml:4:21: unknown key 'min'; known: low, high, start, step");
  EXPECT_EQ(line_error("split: {tests: 1}"), "s.yaml:3:9: unknown key 'tests'; did you mean 'test'?");
  EXPECT_EQ(error_of("genome: {models: [a], merge_method: x}\ntasks: [{nmae: t}]\n"),
            "s.yaml:2:10: unknown key 'nmae'; did you mean 'name'?");
}

TEST(ParseSearch, EveryKeyOfMergekitEvolveIsRead) {
  const SearchSpec search = parse(R"(genome: {models: [a, b], merge_method: linear, tokenizer_source: union}
tasks: [t]
shuffle: true
random_init: yes
)");
  EXPECT_EQ(search.genome.tokenizer_source->text, "union");
  EXPECT_EQ(search.genome.tokenizer_source->mark.text(), "s.yaml:1:66");
  EXPECT_TRUE(search.shuffle);
  EXPECT_TRUE(search.genome.random_init);
  EXPECT_THAT(line_error("apply_chat_template: 3"),
              StartsWith("s.yaml:3:22: apply_chat_template is '3', expected"));
  EXPECT_THAT(genome_error("tokenizer_source: [a]"), StartsWith("s.yaml:4:21: tokenizer_source is a list"));
  for (const std::string line : {"num_fewshot: null", "shuffle: off", "random_init: false",
                                 "apply_chat_template: no", "fewshot_as_multiturn: ~"}) {
    EXPECT_EQ(line_error(line), "no error") << line;
  }
  EXPECT_EQ(parse(kSmall).genome.tokenizer_source.has_value(), false);
  EXPECT_FALSE(parse(kSmall).shuffle);
  EXPECT_FALSE(parse(kSmall).genome.random_init);
}

TEST(ParseSearch, AnOptimizerThatFinishes) {
  const SearchSpec search = parse(kSmall + R"(optimizer:
  name: cma_es
  sigma: 0.2
  finish: {name: bobyqa, evaluations: 40, sigma: 0.05}
)");
  EXPECT_EQ(search.optimizer.name, "cma_es");
  ASSERT_THAT(search.optimizer.settings, SizeIs(1));
  ASSERT_THAT(search.optimizer.finish, SizeIs(1));
  const OptimizerSpec& finish = search.optimizer.finish.front();
  EXPECT_EQ(finish.name, "bobyqa");
  EXPECT_EQ(finish.mark.text(), "s.yaml:6:18");
  EXPECT_EQ(finish.evaluations, 40);
  ASSERT_THAT(finish.settings, SizeIs(1));
  EXPECT_EQ(finish.settings[0].key, "sigma");
  const auto finish_error = [](const std::string& finish_text) {
    return line_error("optimizer: {finish: " + finish_text + "}");
  };
  EXPECT_THAT(finish_error("{evaluations: 4}"), StartsWith("s.yaml:3:21: finish has no 'name'"));
  EXPECT_THAT(finish_error("{name: de}"), StartsWith("s.yaml:3:21: finish has no 'evaluations'"));
  EXPECT_THAT(finish_error("{name: de, evaluations: 0}"),
              StartsWith("s.yaml:3:45: evaluations is '0', expected at least 1"));
  EXPECT_THAT(finish_error("{name: de, evaluations: 9, finish: {name: de, evaluations: 1}}"),
              StartsWith("s.yaml:3:48: finish within finish"));
  EXPECT_THAT(line_error("early_stop: {patience: 2}\noptimizer: {finish: {name: de, evaluations: 4}}"),
              StartsWith("s.yaml:3:1: early_stop would end the search before"));
}

TEST(ParseSearch, NeedsGenomeAndTasks) {
  EXPECT_THAT(error_of("tasks: [t]\n"),
              StartsWith("s.yaml:1:1: a search has no 'genome'; add it, for example genome:"));
  EXPECT_THAT(error_of("genome: {models: [a], merge_method: x}\n"),
              StartsWith("s.yaml:1:1: a search has no 'tasks'"));
  EXPECT_THAT(error_of("genome: {models: [a], merge_method: x}\ntasks: []\n"),
              StartsWith("s.yaml:2:8: tasks is an empty list, expected at least one task"));
  EXPECT_THAT(error_of("genome: {merge_method: x}\ntasks: [t]\n"),
              StartsWith("s.yaml:1:9: genome has no 'models'"));
  EXPECT_THAT(error_of("genome: {models: [], merge_method: x}\ntasks: [t]\n"),
              StartsWith("s.yaml:1:18: models is an empty list, expected at least one model"));
  EXPECT_THAT(error_of("genome: {models: [a]}\ntasks: [t]\n"),
              StartsWith("s.yaml:1:9: genome has no 'merge_method'"));
  EXPECT_THAT(error_of(""), StartsWith("s.yaml: an empty file, expected a search"));
  EXPECT_EQ(error_of("merge_method: linear\nmodels: [{model: a}]\n"),
            "s.yaml:1:1: this is a recipe ('merge_method'), expected a search with 'genome'; run tsugi merge "
            "with it");
}

TEST(ParseSearch, ChecksTasks) {
  const auto task_error = [](const std::string& task) {
    return error_of("genome: {models: [a], merge_method: x}\ntasks:\n  - " + task + "\n");
  };
  EXPECT_EQ(task_error("{name: t, metric: acc}"),
            "s.yaml:3:23: metric is 'acc', expected 'metric,filter' as in lm-evaluation-harness's results; "
            "write for example "
            "'acc,none'");
  for (const std::string metric : {"',none'", "'acc,'", "'a,b,c'"}) {
    EXPECT_THAT(task_error("{name: t, metric: " + metric + "}"), HasSubstr("expected 'metric,filter'"))
        << metric;
  }
  EXPECT_THAT(task_error("{weight: 1}"), StartsWith("s.yaml:3:5: a task has no 'name'"));
  EXPECT_THAT(task_error("{name: t, weight: heavy}"), HasSubstr("weight is 'heavy', expected a number"));
  EXPECT_EQ(
      task_error("t\n  - {name: t}"),
      "s.yaml:4:5: task 't' with metric 'acc,none' for the second time; list it once and give it a weight");
  EXPECT_EQ(task_error("t\n  - {name: t, metric: 'acc_norm,none'}"), "no error");
}

TEST(ParseSearch, ChecksNumbers) {
  EXPECT_THAT(line_error("limit: 0"), StartsWith("s.yaml:3:8: limit is '0', expected at least 1"));
  EXPECT_THAT(line_error("num_fewshot: -1"),
              StartsWith("s.yaml:3:14: num_fewshot is '-1', expected at least 0"));
  EXPECT_THAT(line_error("evaluations: 0"),
              StartsWith("s.yaml:3:14: evaluations is '0', expected at least 1"));
  EXPECT_THAT(line_error("evaluations: many"),
              StartsWith("s.yaml:3:14: evaluations is 'many', expected a whole number"));
  EXPECT_THAT(line_error("seed: 0.5"), StartsWith("s.yaml:3:7: seed is '0.5', expected a whole number"));
  EXPECT_THAT(line_error("optimizer: {sigma: [1]}"), StartsWith("s.yaml:3:20: sigma is a list, expected"));
  EXPECT_THAT(line_error("optimizer: cma_es"),
              StartsWith("s.yaml:3:12: optimizer is 'cma_es', expected a mapping"));
}

TEST(ParseSearch, LoglikelihoodOfSomeItems) {
  const SearchSpec all = parse(kSmall + "fitness: loglikelihood\n");
  EXPECT_EQ(all.loglikelihood_items, std::nullopt);
  EXPECT_EQ(all.finalists, 10);
  const SearchSpec some = parse(kSmall + "fitness: loglikelihood\nloglikelihood_items: 160\nfinalists: 5\n");
  EXPECT_EQ(some.loglikelihood_items, 160);
  EXPECT_EQ(some.finalists, 5);
  EXPECT_EQ(
      line_error("loglikelihood_items: 160"),
      "s.yaml:3:1: loglikelihood_items in a search that goes by the metric; write fitness: loglikelihood, or "
      "choose a subset with items");
  EXPECT_THAT(line_error("finalists: 11"), StartsWith("s.yaml:3:12: finalists is '11', expected at most 10"));
  EXPECT_THAT(line_error("finalists: 0"), StartsWith("s.yaml:3:12: finalists is '0', expected at least 1"));
}

TEST(ParseSearch, ChecksTheSplit) {
  EXPECT_EQ(
      line_error("split: {search: 0.5, validation: 0.3, test: 0.3}"),
      "s.yaml:3:1: the shares of split add up to 1.1, expected 1; now search 0.5, validation 0.3, test 0.3");
  EXPECT_EQ(
      line_error("split: {search: 0.6}"),
      "s.yaml:3:1: the shares of split add up to 1.2, expected 1; now search 0.6, validation 0.2, test 0.4");
  EXPECT_THAT(line_error("split: {search: 1.1, validation: -0.5, test: 0.4}"),
              StartsWith("s.yaml:3:34: validation is '-0.5', expected a share of the items, not below 0"));
  EXPECT_THAT(line_error("split: {search: 0, validation: 0.6, test: 0.4}"),
              StartsWith("s.yaml:3:17: search is '0', expected a share above 0"));
  EXPECT_THAT(line_error("split: {search: 0.8, validation: 0.2, test: 0}"),
              HasSubstr("test is '0', expected a share above 0"));
  EXPECT_EQ(line_error("split: {search: 0.1, validation: 0.2, test: 0.7}"), "no error")
      << "decimal shares miss 1 by a rounding";
}

TEST(ParseSearch, WhatGuardsTheHoldout) {
  const SearchSpec plain = parse(kSmall);
  EXPECT_TRUE(plain.contamination.against.empty());
  EXPECT_FALSE(plain.contamination.allow_leaderboard_search);
  EXPECT_EQ(plain.patience, 0);
  const SearchSpec search =
      parse(kSmall +
            "contamination: {against: [a.jsonl, b.txt], allow_leaderboard_search: true}\n"
            "early_stop: {patience: 5}\n");
  EXPECT_THAT(search.contamination.against, ElementsAre("a.jsonl", "b.txt"));
  EXPECT_TRUE(search.contamination.allow_leaderboard_search);
  EXPECT_EQ(search.contamination.mark.line, 3);
  EXPECT_EQ(search.patience, 5);
  EXPECT_THAT(line_error("contamination: {agains: a.jsonl}"), HasSubstr("did you mean 'against'?"));
  EXPECT_THAT(line_error("contamination: {against: [a, a]}"), HasSubstr("'a' for the second time"));
  EXPECT_THAT(line_error("early_stop: {}"), HasSubstr("patience"));
  EXPECT_THAT(line_error("early_stop: {patience: 0}"), StartsWith("s.yaml:3"));
}

TEST(ReadSearch, QuickstartsOwn) {
  const SearchSpec search = read_search(std::filesystem::path(TSUGI_ROOT) / "recipes/pocket/search.yaml");
  EXPECT_EQ(search.genome.merge_method, "task_arithmetic");
  ASSERT_THAT(search.genome.models, SizeIs(3));
  for (const ModelReference& model : search.genome.models) {
    EXPECT_TRUE(find_beside(model.text + "/config.json", search.file).has_value()) << model.text;
  }
  EXPECT_TRUE(find_beside(search.genome.base_model->text + "/config.json", search.file).has_value());
  ASSERT_THAT(search.include_path, SizeIs(1));
  EXPECT_TRUE(find_beside(search.include_path[0] + "/math_ja.yaml", search.file).has_value());
  EXPECT_EQ(search.tasks.at(0).metric, "exact_match_in_language,last-number");
  EXPECT_EQ(search.genome.layer_granularity, 2);
  EXPECT_TRUE(search.genome.outside_layers);
}

TEST(FindBeside, TriesTheWorkingDirectoryThenTheFile) {
  const tests::TemporaryFolder folder;
  folder.write("run/here/x", "");
  folder.write("recipes/there/x", "");
  folder.write("recipes/here/x", "");
  const auto old = std::filesystem::current_path();
  std::filesystem::current_path(folder / "run");
  const std::string file = (folder / "recipes/search.yaml").string();
  EXPECT_EQ(find_beside("here", file), "here");
  EXPECT_EQ(find_beside("there", file), folder / "recipes/there");
  EXPECT_EQ(find_beside("nowhere", file), std::nullopt);
  EXPECT_EQ(find_beside("", file), std::nullopt);
  EXPECT_EQ(find_beside((folder / "run").string(), file), folder / "run");
  EXPECT_EQ(find_beside((folder / "walk").string(), file), std::nullopt);
  EXPECT_EQ(find_beside(std::string(100'000, 'a'), file), std::nullopt)
      << "longer than any file system takes";
  std::filesystem::current_path(old);
}

}  // namespace
}  // namespace tsugi::recipes
