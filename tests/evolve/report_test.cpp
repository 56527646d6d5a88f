// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evolve/report/evidence.h"
#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

Result example() {
  Result result;
  result.search_items = 800;
  result.validation_items = 400;
  result.test_items = 812;
  result.models = {{"基本", "parent", {0.384, 0.35, 0.418}},
                   {"uniform", "baseline", {0.66, 0.625, 0.693}},
                   {"evolved", "winner", {0.718, 0.685, 0.75}}};
  result.winner = 150;
  result.best_parent = "ja";
  result.gain = {0.224, 0.189, 0.261};
  result.test_openings = 1;
  result.evaluations = 180;
  return result;
}

TEST(Report, TheTableHasALineForEachModel) {
  EXPECT_EQ(result_table(example()),
            "model    kind      score  95 % interval\n"
            "基本       parent     38.4  35.0 to 41.8\n"
            "uniform  baseline   66.0  62.5 to 69.3\n"
            "evolved  winner     71.8  68.5 to 75.0\n");
}

TEST(Report, OnePlainSentenceEitherWay) {
  Result result = example();
  EXPECT_EQ(verdict(result),
            "The evolved merge is better than the best parent (ja): +22.4 points, 95 % interval +18.9 to "
            "+26.1, on 812 "
            "items that the search never saw.");
  result.gain = {0.01, -0.02, 0.04};
  EXPECT_EQ(verdict(result),
            "The evolved merge is not shown to be better than the best parent (ja): +1.0 points, 95 % "
            "interval -2.0 to "
            "+4.0, on 812 items that the search never saw.");
  result.gain.low = 0;
  EXPECT_FALSE(result.shown_better());  // the whole interval must be above zero
}

/// Two tasks, a contaminated test, a suspicious parent, a leaderboard's set.
Result whole() {
  Result result = example();
  result.best_baseline = "uniform";
  result.lead = {0.22, 0.18, 0.26};
  result.tasks = {{.task = "math",
                   .metric = "exact_match,none",
                   .items = 800,
                   .winner = 0.7,
                   .parent = 0.4,
                   .change = {0.3, 0.25, 0.35},
                   .standard_error = 0.02,
                   .pairs = eval::Discordant{.wins = 300, .losses = 60},
                   .p_value = 1e-38,
                   .mid_p = 8e-39,
                   .holm = 2e-38},
                  {.task = "chat",
                   .metric = "chrf,none",
                   .items = 12,
                   .winner = 0.5,
                   .parent = 0.6,
                   .change = {-0.1, -0.2, 0.0},
                   .standard_error = 0.05,
                   .pairs = {},
                   .p_value = 0.07,
                   .mid_p = {},
                   .holm = 0.07}};
  result.search.best = 0.75;
  result.search.bias_corrected.estimate = eval::Estimate{0.72, 0.69, 0.75};
  result.search.empirical_bayes.reason = "1 candidate was scored on all items, at least 3 needed";
  result.contamination = {{.items = "test",
                           .against = "gsm8k.jsonl",
                           .compared = 812,
                           .exact = 1,
                           .near = 2,
                           .passages = 0,
                           .examples = {"math/7 = gsm8k.jsonl:3"}}};
  result.leaderboards = {"GSM8K (Open LLM Leaderboard 1)"};
  result.familiarity = {{.model = "ja",
                         .test = -3,
                         .searched = -3.5,
                         .ahead = 4,
                         .by_heart = 0,
                         .suspicious = true,
                         .text = "ja has seen them"}};
  result.test_set = "ab12";
  result.test_openings = 2;
  return result;
}

TEST(Report, TheEvidenceIsASentenceALine) {
  EXPECT_THAT(
      evidence(whole()),
      testing::ElementsAre(
          "Over the best of all parents in each resample: +22.0 points, 95 % interval +18.0 to +26.0",
          "math (exact_match,none): 70.0 against 40.0, +30.0 points, 95 % interval +25.0 to +35.0; 300 items "
          "won, 60 lost, p = 1e-38 (McNemar exact), 8e-39 (mid-p), 2e-38 by Holm over the tasks",
          "chat (chrf,none): 50.0 against 60.0, -10.0 points, 95 % interval -20.0 to +0.0; p = 0.07 (changes "
          "of sign), 0.07 by Holm over the tasks",
          "Worst task: chat with -10.0 points, a loss of more than one standard error",
          "The best search score, 75.0, is the best of many on the items that chose it; corrected: bootstrap "
          "bias corrected 72.0 (69.0 to 75.0); empirical Bayes over the last generation not available (1 "
          "candidate was scored on all items, at least 3 needed)",
          "contamination: of 812 test items, 3 are also in gsm8k.jsonl (1 whole, 2 nearly, 0 a passage): "
          "math/7 = gsm8k.jsonl:3",
          "note: ja has seen them",
          "This search was made on the test set of GSM8K (Open LLM Leaderboard 1): the winner's place there "
          "would say nothing about it.",
          "This run has opened its sealed items 2 times: the first look was the honest one."));
}

TEST(Result, IsWrittenInTheFormatThatScriptsRead) {
  const auto json = to_json(whole());
  EXPECT_EQ(json["items"].dump(), R"({"search":800,"validation":400,"test":812})");
  EXPECT_EQ(json["models"].dump(),
            R"([{"name":"基本","kind":"parent","score":0.384,"ci95":[0.35,0.418]},)"
            R"({"name":"uniform","kind":"baseline","score":0.66,"ci95":[0.625,0.693]},)"
            R"({"name":"evolved","kind":"winner","score":0.718,"ci95":[0.685,0.75]}])");
  EXPECT_EQ(json["winner"].dump(), R"({"candidate":150,"recipe":"winner.yaml","checkpoint":"winner/"})");
  EXPECT_EQ(json["best_baseline"], "uniform");
  EXPECT_EQ(json["gain"].dump(), R"({"over":"ja","mean":0.224,"ci95":[0.189,0.261],"shown_better":true,)"
                                 R"("over_any_parent":{"mean":0.22,"ci95":[0.18,0.26]}})");
  EXPECT_EQ(json["tasks"][1].dump(),
            R"({"task":"chat","metric":"chrf,none","items":12,"winner":0.5,"best_parent":0.6,"change":-0.1,)"
            R"("ci95":[-0.2,0.0],"standard_error":0.05,"wins":null,"losses":null,"test":"sign_flip",)"
            R"("p":0.07,"mid_p":null,"p_holm":0.07})");
  EXPECT_EQ(json["worst_task"].dump(), R"({"task":"chat","change":-0.1,"regressed":true})");
  EXPECT_EQ(json["search_score"].dump(),
            R"({"best":0.75,"bias_corrected":{"score":0.72,"ci95":[0.69,0.75]},"empirical_bayes":)"
            R"({"score":null,"reason":"1 candidate was scored on all items, at least 3 needed"}})");
  EXPECT_EQ(json["test_openings"], 2);
  EXPECT_EQ(json["evaluations"], 180);
  EXPECT_TRUE(to_json(example())["worst_task"].is_null());
}

TEST(Result, ReadsBackAndRefusesWhatIsNone) {
  const tests::TemporaryFolder folder;
  const auto file = folder.write("result.json", to_json(example()).dump(2));
  EXPECT_EQ(to_json(read_result(file)), to_json(example()));
  EXPECT_EQ(to_json(read_result(folder.write("whole.json", to_json(whole()).dump(2)))), to_json(whole()));
  EXPECT_THROW(read_result(folder.write("a.json", "{")), InputError);
  EXPECT_THROW(read_result(folder.write("b.json", R"({"items":{}})")), InputError);
  EXPECT_THROW(read_result(folder / "absent.json"), InputError);
}

}  // namespace
}  // namespace tsugi::evolve
