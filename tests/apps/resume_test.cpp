// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs of `tsugi evolve` that are stopped, and gone on with as the message says.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "evolve/record_file.h"
#include "evolve/run_folder.h"
#include "tests/support/evolve_program.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Resume : public EvolveProgram {
 protected:
  // Several whole runs a test: a third of the items is enough.
  Resume() { folder_.write("search.yaml", replaced(kEvolveSearch, "limit: 120", "limit: 40")); }

  /// What a process that died left of a finished run after the first records of its journal.
  void leave(const std::string& run, std::size_t records, const std::string& copy) {
    const evolve::Records all = evolve::read_records(folder_ / run / "journal");
    std::string text;
    for (std::size_t i = 0; i < records; ++i) text += evolve::record_line(all.payloads.at(i));
    const fs::path partial = evolve::partial_of(folder_ / copy);
    fs::create_directories(partial);
    fs::copy(folder_ / run / "search.yaml", partial);
    evolve::write_whole(partial / "journal", text);
  }

  void expect_same(const std::string& one, const std::string& other) {
    for (const char* file : {"archive.h5", "result.json", "winner.yaml", "winner/model.safetensors"}) {
      EXPECT_TRUE(read_text(folder_ / one / file) == read_text(folder_ / other / file)) << file;
      EXPECT_FALSE(read_text(folder_ / one / file).empty()) << file;
    }
  }
};

TEST_F(Resume, ASignalStopsWithTheCommandThatGoesOn) {
  ASSERT_EQ(evolve("whole", "2").code, 0);
  const std::uintmax_t half = fs::file_size(folder_ / "whole/journal") / 2;
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string run = fmt::format("run {}", signal);  // a shell would read it as two words
    const Finished stopped =
        evolve(run, "2", {.kill_when = [&] { return journal_size(run) > half; }, .signal = signal});
    ASSERT_EQ(stopped.code, 3) << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr(fmt::format("tsugi: {0}: stopped as asked; ", run)));
    EXPECT_THAT(stopped.err, HasSubstr(fmt::format("go on with: tsugi evolve --resume '{}'\n", run)));
    EXPECT_FALSE(fs::exists(folder_ / run));
    EXPECT_EQ(evolve(run, "2").code, 2);  // is not begun anew by accident
    EXPECT_EQ(resume(run, "1").code, 0);
    expect_same(run, "whole");
  }
}

TEST_F(Resume, GoesOnInTheDirectoryInWhichTheRunBegan) {
  ASSERT_EQ(evolve("whole", "2").code, 0);
  leave("whole", 5, "run");
  const Finished run = run_program({"evolve", "--resume", (folder_ / "run").string(), "--quiet"}, "/");
  EXPECT_EQ(run.code, 0) << run.err;
  expect_same("run", "whole");
}

TEST_F(Resume, AnotherInstructionSetIsRefusedWithBoth) {
  ASSERT_EQ(evolve("whole", "2").code, 0);
  leave("whole", 5, "run");
  const Finished other = resume("run", "2", {.prepare = [] { setenv("TSUGI_ISA", "portable", 1); }});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, testing::ContainsRegex("the instruction set was AVX.* and is portable"));
  EXPECT_EQ(resume("run", "2").code, 0);
  expect_same("run", "whole");
}

TEST_F(Resume, OtherInputsAreNamed) {
  ASSERT_EQ(evolve("whole", "2").code, 0);
  leave("whole", 5, "run");
  fs::remove(folder_ / "ja");
  fs::copy(fs::path(TSUGI_ROOT) / "recipes/pocket/ja", folder_ / "ja");
  EXPECT_EQ(resume("run", "2").code, 0);  // a copy is the same
  leave("whole", 5, "again");
  fs::remove_all(folder_ / "ja");
  fs::create_directory_symlink(fs::path(TSUGI_ROOT) / "recipes/pocket/chat", folder_ / "ja");
  const Finished other = resume("again", "2");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("the SHA-256 of file ja/model.safetensors was "));
}

// A limit on the size of files is the full disk that needs no rights: writes past it fail as on a full disk.
TEST_F(Resume, AFullDiskStopsWithEverythingKept) {
  ASSERT_EQ(evolve("whole", "2").code, 0);
  std::size_t records = 0;  // header, process, two evaluations
  for (std::size_t i = 0; i < 4; ++i)
    records += evolve::record_line(evolve::read_records(folder_ / "whole/journal").payloads.at(i)).size();
  // The journal is full in the middle of its fifth record, or the archive, which is larger, at its first.
  for (const auto& [limit, expected] :
       {std::pair(records + 100, "journal: cannot be written: File too large; raise the limit"),
        std::pair(fs::file_size(folder_ / "whole/archive.h5") / 2,
                  "bytes: File too large; raise the limit")}) {
    const std::string run = fmt::format("run{}", limit);
    const Finished full = evolve(run, "1", {.prepare = [most = limit] {
                                   const rlimit both = {most, most};
                                   setrlimit(RLIMIT_FSIZE, &both);
                                 }});
    ASSERT_EQ(full.code, 3) << full.err;
    EXPECT_THAT(full.err, HasSubstr(expected));
    EXPECT_THAT(full.err, HasSubstr("evaluations are recorded, go on with: tsugi evolve --resume " + run));
    EXPECT_EQ(std::count(full.err.begin(), full.err.end(), '\n'), 1);
    EXPECT_EQ(resume(run, "2").code, 0);
    expect_same(run, "whole");
  }
}

TEST_F(Resume, AFinishedRunIsShownOrExtended) {
  ASSERT_EQ(evolve("run", "2").code, 0);
  const Finished again = run_program({"evolve", "--resume", "run"}, folder_.path());
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("run is finished, after 6 evaluations"));
  const Finished extended = run_program({"evolve", "--resume", "run", "--evaluations", "12"}, folder_.path());
  EXPECT_EQ(extended.code, 0) << extended.err;
  EXPECT_THAT(extended.err, HasSubstr("this run opens its sealed test for the 2. time"));
  EXPECT_THAT(read_text(folder_ / "run/result.json"), HasSubstr("\"test_openings\": 2"));
}

TEST_F(Resume, SaysWhatItCannotDo) {
  EXPECT_THAT(run_program({"evolve"}, folder_.path()).err, HasSubstr("give a search file, or --resume RUN"));
  EXPECT_EQ(run_program({"evolve"}, folder_.path()).code, 2);
  EXPECT_EQ(run_program({"evolve", "search.yaml", "--resume", "run"}, folder_.path()).code, 2);
  const Finished none = resume("none", "1");
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("there is no run that could be gone on with"));
}

}  // namespace
}  // namespace tsugi::tests
