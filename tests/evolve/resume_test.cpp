// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A run that stopped anywhere comes to the result of one that did not. Where it stopped is put into effect by
// cutting the journal of a finished run after some records: that is all that a process which died leaves.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "evolve/archive.h"
#include "evolve/journal.h"
#include "evolve/record_file.h"
#include "evolve/run_folder.h"
#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/pocket_search.h"
#include "tests/support/stopped_run.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using testing::HasSubstr;
using tests::expect_same_runs;
using tests::leave;
using tests::pocket_spec;
using tests::read_text;
using tests::replaced;
using tests::resume_pocket;
using tests::run_pocket;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

const std::string kSearch = tests::kPocketSearch;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

TEST(Resume, ComesToTheSameBytesFromEveryRecord) {
  const TemporaryFolder folder;
  run_pocket(kSearch, {.output = folder / "whole", .threads = 2});
  const std::size_t records = read_records(folder / "whole/journal").payloads.size();
  EXPECT_GT(records, 20U);
  for (std::size_t kept = 1; kept <= records; kept += 3) {
    SCOPED_TRACE(kept);
    const fs::path run = folder / fmt::format("run{}", kept);
    leave(folder / "whole", kept, run);
    resume_pocket({.output = run, .threads = 1 + kept % 2});
    expect_same_runs(run, folder / "whole");
    EXPECT_EQ(names_in(run), names_in(folder / "whole"));
    EXPECT_FALSE(fs::exists(partial_of(run)));
  }
}

TEST(Resume, RepeatsRecordedFailuresInsteadOfTryingAgain) {
  const TemporaryFolder folder;
  const std::string text = replaced(kSearch, "low: -0.5, high: 2.0", "low: 0, high: 1.0e+300");
  run_pocket(text, {.output = folder / "whole", .threads = 2});
  const Archive archive = read_archive(folder / "whole/archive.h5");
  const std::size_t records = read_records(folder / "whole/journal").payloads.size();
  leave(folder / "whole", records, folder / "run");
  std::string journal = read_text(folder / ".run.tsugi-partial/journal");
  // Other reasons than a new attempt would find.
  std::string changed;
  for (std::string payload : read_records(folder / ".run.tsugi-partial/journal").payloads) {
    if (const auto at = payload.find("\"failure\":\"tensor"); at != std::string::npos)
      payload.replace(at, std::string("\"failure\":\"tensor").size(), "\"failure\":\"recorded");
    changed += record_line(payload);
  }
  write_whole(folder / ".run.tsugi-partial/journal", changed);
  resume_pocket({.output = folder / "run", .threads = 2});
  std::size_t recorded = 0;
  for (const Record& record : read_archive(folder / "run/archive.h5").records)
    recorded += record.failure.rfind("recorded", 0) == 0 ? 1 : 0;
  EXPECT_GE(recorded, 6U);
  EXPECT_EQ(archive.finalists, read_archive(folder / "run/archive.h5").finalists);
}

TEST(Resume, AWishToStopLeavesARunThatGoesOn) {
  const TemporaryFolder folder;
  run_pocket(kSearch, {.output = folder / "whole", .threads = 2});
  std::atomic<int> asked = 0;
  SearchOptions options{.output = folder / "run", .threads = 2};
  options.stop = [&] { return ++asked > 300; };
  std::string message;
  try {
    run_pocket(kSearch, options);
  } catch (const Interrupted& error) {
    message = error.what();
  }
  EXPECT_THAT(message, HasSubstr("evaluations are recorded, go on with: tsugi evolve --resume " +
                                 (folder / "run").string()));
  EXPECT_FALSE(fs::exists(folder / "run"));
  const std::size_t recorded = Journal(folder / ".run.tsugi-partial/journal").recorded();
  EXPECT_GT(recorded, 0U);
  EXPECT_LT(recorded, Journal(folder / "whole/journal").recorded());
  resume_pocket({.output = folder / "run", .threads = 2});
  expect_same_runs(folder / "run", folder / "whole");
}

TEST(Resume, MoreEvaluationsExtendAFinishedRunAndOpenTheTestAgain) {
  const TemporaryFolder folder;
  run_pocket(kSearch, {.output = folder / "run", .threads = 2});
  run_pocket(kSearch, {.output = folder / "nine", .evaluations = 9, .threads = 2});
  const Result extended = resume_pocket({.output = folder / "run", .evaluations = 9, .threads = 2});
  EXPECT_EQ(extended.test_openings, 2U);
  EXPECT_EQ(extended.evaluations, 9U);
  // Nothing else differs from nine evaluations at once.
  Archive at_once = read_archive(folder / "nine/archive.h5");
  EXPECT_EQ(at_once.test_openings, 1U);
  at_once.test_openings = 2;
  write_archive(at_once, folder / "expected.h5");
  EXPECT_TRUE(read_text(folder / "run/archive.h5") == read_text(folder / "expected.h5"));
  EXPECT_EQ(replaced(read_text(folder / "nine/result.json"), "\"test_openings\": 1", "\"test_openings\": 2"),
            read_text(folder / "run/result.json"));
  // A process that died while extending.
  const std::size_t records = read_records(folder / "run/journal").payloads.size();
  leave(folder / "run", records - 3, folder / "again");
  resume_pocket({.output = folder / "again", .threads = 2});
  expect_same_runs(folder / "again", folder / "run");
}

TEST(Resume, AFinishedRunIsFinished) {
  const TemporaryFolder folder;
  const Result first = run_pocket(kSearch, {.output = folder / "run", .threads = 2});
  std::vector<std::string> notes;
  SearchOptions options{.output = folder / "run", .threads = 2};
  options.note = [&](const std::string& note) { notes.push_back(note); };
  EXPECT_EQ(to_json(resume_pocket(options)), to_json(first));
  EXPECT_THAT(notes, testing::ElementsAre(HasSubstr("is finished, after 6 evaluations")));
  options.evaluations = 5;
  EXPECT_THAT(tests::message_of([&] { resume_pocket(options); }), HasSubstr("5, and the run has 6"));
  options.output = folder / "none";
  EXPECT_THAT(tests::message_of([&] { resume_pocket(options); }),
              HasSubstr("no run that could be gone on with"));
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"run"});
}

TEST(Resume, AnUnfinishedRunIsNotBegunAnewByAccident) {
  const TemporaryFolder folder;
  run_pocket(kSearch, {.output = folder / "whole", .threads = 2});
  leave(folder / "whole", 8, folder / "run");
  const auto message = [&](const std::string& text) {
    return tests::message_of([&] { run_pocket(text, {.output = folder / "run", .threads = 2}); });
  };
  EXPECT_THAT(message(kSearch),
              HasSubstr("has an unfinished run of this search with 6 evaluations; go on with it"));
  EXPECT_THAT(message(replaced(kSearch, "seed: 4", "seed: 5")),
              HasSubstr("an unfinished run of another search"));
  run_pocket(kSearch, {.output = folder / "run", .overwrite = true, .threads = 2});
  expect_same_runs(folder / "run", folder / "whole");
}

TEST(Resume, WhatIsNotAsItWasIsSaid) {
  const TemporaryFolder folder;
  run_pocket(kSearch, {.output = folder / "whole", .threads = 2});
  leave(folder / "whole", 8, folder / "run");
  const fs::path search = folder / ".run.tsugi-partial/search.yaml";
  write_whole(search, replaced(kSearch, "limit: 30", "limit: 40"));
  EXPECT_THAT(tests::message_of([&] { resume_pocket({.output = folder / "run", .threads = 2}); }),
              HasSubstr("cannot be gone on with as it began: the SHA-256 of the search file was "));
  write_whole(search, kSearch);
  resume_pocket({.output = folder / "run", .threads = 2});
  expect_same_runs(folder / "run", folder / "whole");
}

TEST(Resume, ACandidateThatTakesTooLongFails) {
  const TemporaryFolder folder;
  // No machine merges and scores in a microsecond; parents are given the time that they need.
  const std::string text = replaced(kSearch, "seed: 4", "seed: 4\ntime_limit: 1.0e-6");
  std::string message;
  try {
    run_pocket(text, {.output = folder / "run", .threads = 2});
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_THAT(message, HasSubstr("not finished within the time limit of 1e-06 s"));
  const Archive archive = read_archive(folder / ".run.tsugi-partial/archive.h5");
  for (const Record& record : archive.records)
    EXPECT_EQ(record.fitness.has_value(), record.origin == Origin::parent) << record.name;
  // With time enough the limit changes nothing.
  run_pocket(kSearch, {.output = folder / "whole", .threads = 2});
  run_pocket(replaced(kSearch, "seed: 4", "seed: 4\ntime_limit: 3600"),
             {.output = folder / "limited", .threads = 2});
  EXPECT_EQ(read_text(folder / "limited/result.json"), read_text(folder / "whole/result.json"));
  EXPECT_THROW(pocket_spec(replaced(kSearch, "seed: 4", "time_limit: 0")), InputError);
}

TEST(Resume, OneProcessAtATime) {
  const TemporaryFolder folder;
  run_pocket(kSearch, {.output = folder / "whole", .threads = 2});
  leave(folder / "whole", 8, folder / "run");
  RunFolder held(folder / "run");
  ASSERT_TRUE(held.hold());
  const std::string expected = fmt::format("process {} is at work on this run", getpid());
  EXPECT_THAT(tests::message_of([&] { resume_pocket({.output = folder / "run", .threads = 2}); }),
              HasSubstr(expected));
  EXPECT_THAT(tests::message_of(
                  [&] { run_pocket(kSearch, {.output = folder / "run", .overwrite = true, .threads = 2}); }),
              HasSubstr(expected));
}

}  // namespace
}  // namespace tsugi::evolve
