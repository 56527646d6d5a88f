// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/table.h"

#include <gtest/gtest.h>

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

TEST(Result, IsWrittenInTheFormatThatScriptsRead) {
  EXPECT_EQ(to_json(example()).dump(),
            R"({"items":{"search":800,"validation":400,"test":812},"models":[)"
            R"({"name":"基本","kind":"parent","score":0.384,"ci95":[0.35,0.418]},)"
            R"({"name":"uniform","kind":"baseline","score":0.66,"ci95":[0.625,0.693]},)"
            R"({"name":"evolved","kind":"winner","score":0.718,"ci95":[0.685,0.75]}],)"
            R"("winner":{"candidate":150,"recipe":"winner.yaml","checkpoint":"winner/"},)"
            R"("gain":{"over":"ja","mean":0.224,"ci95":[0.189,0.261]},"test_openings":1,"evaluations":180})");
}

TEST(Result, ReadsBackAndRefusesWhatIsNone) {
  const tests::TemporaryFolder folder;
  const auto file = folder.write("result.json", to_json(example()).dump(2));
  EXPECT_EQ(to_json(read_result(file)), to_json(example()));
  EXPECT_THROW(read_result(folder.write("a.json", "{")), InputError);
  EXPECT_THROW(read_result(folder.write("b.json", R"({"items":{}})")), InputError);
  EXPECT_THROW(read_result(folder / "absent.json"), InputError);
}

}  // namespace
}  // namespace tsugi::evolve
