// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi report and tsugi inspect of runs that are finished, going on, or none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evolve/run_folder.h"
#include "tests/support/run_fixture.h"
#include "tests/support/run_program.h"

namespace tsugi::tests {
namespace {

using testing::HasSubstr;

/// What a search that goes on has written by now, under the name that its run will have.
std::filesystem::path unfinished_run(const TemporaryFolder& folder) {
  const RunFixture run(folder, {.finished = false});
  std::ofstream(run.path() / "search.yaml") << run.archive().search;
  const std::filesystem::path place = folder / "x";
  std::filesystem::rename(run.path(), evolve::partial_of(place));
  return place;
}

TEST(Report, WritesThePageIntoTheRun) {
  const TemporaryFolder folder;
  const RunFixture run(folder);
  const Finished done = run_program({"report", run.path().string()});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("report.html: "));
  EXPECT_THAT(read_text(run.path() / "report.html"), testing::StartsWith("<!DOCTYPE html>"));
  const std::string first = read_text(run.path() / "report.html");
  ASSERT_EQ(
      run_program({"report", run.path().string(), "--output", (folder / "deep/page.html").string()}).code, 0);
  EXPECT_EQ(read_text(folder / "deep/page.html"), first) << "the same run gives the same bytes";
}

TEST(Report, OfARunThatGoesOnNeedsAPlace) {
  const TemporaryFolder folder;
  const std::string run = unfinished_run(folder).string();
  const Finished refused = run_program({"report", run});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--output FILE.html"));
  const Finished done = run_program({"report", run, "--output", (folder / "page.html").string()});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("The search is not finished: 12 evaluations are done"));
}

TEST(Report, OfWhatIsNoRunIsAnInputError) {
  const TemporaryFolder folder;
  for (const std::string& place : {folder.path().string(), (folder / "absent").string()}) {
    const Finished done = run_program({"report", place});
    EXPECT_EQ(done.code, 2);
    EXPECT_THAT(done.err, HasSubstr("holds no run"));
  }
}

TEST(Inspect, TellsHowFarASearchIs) {
  const TemporaryFolder folder;
  const std::string run = unfinished_run(folder).string();
  const Finished done = run_program({"inspect", run});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out,
              HasSubstr("generation  candidates  failed     best     mean         middle half  best so far"));
  EXPECT_THAT(done.out, HasSubstr("\n         4           3       1"));
  EXPECT_THAT(done.out, HasSubstr("generations, validation and the sealed test are missing"));
  const auto json = nlohmann::json::parse(run_program({"inspect", run, "--json"}).out);
  EXPECT_EQ(json["finished"], false);
  EXPECT_EQ(json["evaluations"], 12);
  ASSERT_EQ(json["generations"].size(), 5U);
  EXPECT_EQ(json["generations"][4]["failures"], 1);
}

TEST(Inspect, OfAFinishedRunShowsItsResult) {
  const TemporaryFolder folder;
  const RunFixture run(folder);
  const Finished done = run_program({"inspect", run.path().string()});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("evolved   winner     75.0  65.0 to 85.0"));
}

}  // namespace
}  // namespace tsugi::tests
