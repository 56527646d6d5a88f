// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/run_folder.h"

#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using tests::read_text;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

TEST(RunFolder, TakesItsNameOnlyAtTheEnd) {
  const TemporaryFolder folder;
  RunFolder run(folder / "runs/x/");
  EXPECT_NO_THROW(run.check_place(false));
  EXPECT_FALSE(fs::exists(folder / "runs"));  // nothing is touched before hold()
  EXPECT_TRUE(run.hold());
  write_whole(run.work() / "result.json", "{}");
  EXPECT_EQ(run.work(), folder / "runs/.x.tsugi-partial");
  EXPECT_FALSE(fs::exists(folder / "runs/x"));
  EXPECT_FALSE(run.is_finished());
  run.commit();
  EXPECT_TRUE(run.is_finished());
  EXPECT_EQ(read_text(folder / "runs/x/result.json"), "{}");
  EXPECT_FALSE(fs::exists(folder / "runs/.x.tsugi-partial"));
}

TEST(RunFolder, OneWithAJournalIsUnfinishedUntilItIsCleared) {
  const TemporaryFolder folder;
  folder.write(".x.tsugi-partial/old", "1");
  RunFolder run(folder / "x");
  EXPECT_FALSE(run.is_unfinished());
  folder.write(".x.tsugi-partial/journal", "1");
  EXPECT_TRUE(run.is_unfinished());
  EXPECT_EQ(run.journal(), folder / ".x.tsugi-partial/journal");
  EXPECT_TRUE(run.hold());
  EXPECT_TRUE(run.is_unfinished());
  run.clear();
  EXPECT_FALSE(run.is_unfinished());
  EXPECT_TRUE(fs::is_empty(run.work()));
}

TEST(RunFolder, OneProcessAtATime) {
  const TemporaryFolder folder;
  RunFolder first(folder / "x");
  RunFolder second(folder / "x");
  EXPECT_TRUE(first.hold());
  EXPECT_FALSE(
      second.hold());  // a lock belongs to the opened folder, so that another opening is like another process
  first.commit();
  EXPECT_TRUE(second.hold());  // a new working folder
  EXPECT_FALSE(RunFolder(folder / "x").hold());
}

TEST(RunFolder, AnExistingRunIsReplacedOnlyWhenAskedFor) {
  const TemporaryFolder folder;
  folder.write("x/archive.h5", "old");
  RunFolder run(folder / "x");
  EXPECT_THROW(run.check_place(false), InputError);
  EXPECT_NO_THROW(run.check_place(true));
  EXPECT_TRUE(run.hold());
  write_whole(run.work() / "archive.h5", "new");
  EXPECT_EQ(read_text(folder / "x/archive.h5"), "old");
  run.commit();
  EXPECT_EQ(read_text(folder / "x/archive.h5"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(RunFolder, NeverReplacesWhatIsNoRun) {
  const TemporaryFolder folder;
  folder.write("x/thesis.tex", "years");
  EXPECT_THROW(RunFolder(folder / "x").check_place(true), InputError);
  folder.write("y", "a file");
  EXPECT_THROW(RunFolder(folder / "y").check_place(true), InputError);
  fs::create_directories(folder / "z");
  EXPECT_NO_THROW(RunFolder(folder / "z").check_place(false));
}

}  // namespace
}  // namespace tsugi::evolve
