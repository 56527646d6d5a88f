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
  RunFolder run(folder / "runs/x/", false);
  EXPECT_FALSE(fs::exists(folder / "runs"));  // nothing is touched before open()
  run.open();
  write_whole(run.work() / "result.json", "{}");
  EXPECT_EQ(run.work(), folder / "runs/.x.tsugi-partial");
  EXPECT_FALSE(fs::exists(folder / "runs/x"));
  run.commit();
  EXPECT_EQ(read_text(folder / "runs/x/result.json"), "{}");
  EXPECT_FALSE(fs::exists(folder / "runs/.x.tsugi-partial"));
}

TEST(RunFolder, WhatAnInterruptedRunLeftIsDiscarded) {
  const TemporaryFolder folder;
  folder.write(".x.tsugi-partial/old", "1");
  RunFolder run(folder / "x", false);
  run.open();
  run.commit();
  EXPECT_FALSE(fs::exists(folder / "x/old"));
}

TEST(RunFolder, AnExistingRunIsReplacedOnlyWhenAskedFor) {
  const TemporaryFolder folder;
  folder.write("x/archive.h5", "old");
  EXPECT_THROW(RunFolder(folder / "x", false), InputError);
  RunFolder run(folder / "x", true);
  run.open();
  write_whole(run.work() / "archive.h5", "new");
  EXPECT_EQ(read_text(folder / "x/archive.h5"), "old");
  run.commit();
  EXPECT_EQ(read_text(folder / "x/archive.h5"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(RunFolder, NeverReplacesWhatIsNoRun) {
  const TemporaryFolder folder;
  folder.write("x/thesis.tex", "years");
  EXPECT_THROW(RunFolder(folder / "x", true), InputError);
  folder.write("y", "a file");
  EXPECT_THROW(RunFolder(folder / "y", true), InputError);
  fs::create_directories(folder / "z");
  EXPECT_NO_THROW(RunFolder(folder / "z", false));
}

}  // namespace
}  // namespace tsugi::evolve
