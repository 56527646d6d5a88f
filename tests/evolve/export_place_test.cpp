// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/export_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(ExportPlace, IsMemoryBackedWhereThereIsRoom) {
  unsetenv("XDG_RUNTIME_DIR");
  const tests::TemporaryFolder run;
  const ExportPlace small = choose_export_place({}, run.path(), 1);
  EXPECT_EQ(small.base, "/dev/shm");
  EXPECT_TRUE(small.in_memory);
  const std::uint64_t exabyte = 1'000'000'000'000'000'000;
  const ExportPlace large = choose_export_place({}, run.path(), exabyte);
  EXPECT_EQ(large.base, run.path());
  EXPECT_FALSE(large.in_memory);
  EXPECT_THAT(large.text, HasSubstr("the run's folder, as no memory-backed one has room for 1e+09 GB"));
}

// A folder of a disk is not what is asked for, whatever the variable says.
TEST(ExportPlace, TakesTheRuntimeFolderOnlyIfItIsMemory) {
  const tests::TemporaryFolder disk;
  setenv("XDG_RUNTIME_DIR", "/dev/shm", 1);
  EXPECT_EQ(choose_export_place({}, disk.path(), 1).base, "/dev/shm");
  setenv("XDG_RUNTIME_DIR", "/proc", 1);
  EXPECT_EQ(choose_export_place({}, disk.path(), 1).base, "/dev/shm");
  unsetenv("XDG_RUNTIME_DIR");
}

TEST(ExportPlace, MayBeNamed) {
  const tests::TemporaryFolder folder;
  recipes::SearchSpec spec;
  spec.export_to = folder.path().string();
  EXPECT_EQ(choose_export_place(spec, "run", 1).base, folder.path());
  spec.export_to = "run";
  EXPECT_EQ(choose_export_place(spec, folder.path(), 1).base, folder.path());
  spec.export_to = "no-such-folder";
  spec.export_mark = {"s.yaml", 7, 3};
  EXPECT_THAT(tests::message_of([&] { choose_export_place(spec, "run", 1); }),
              HasSubstr("s.yaml:7:3: export_to: 'no-such-folder' is no folder that can be written"));
}

TEST(ExportPlace, OnlyWhatTheDeadLeftIsRemoved) {
  const tests::TemporaryFolder folder;
  recipes::SearchSpec spec;
  spec.export_to = folder.path().string();
  folder.write("other/file", "");
  const ScratchFolder mine(folder.path());
  folder.write(mine.path().filename().string() + "/model/file", "");
  const pid_t other = fork();
  if (other == 0) {
    const ScratchFolder theirs(folder.path());
    folder.write(theirs.path().filename().string() + "/model/file", "");
    kill(getpid(), SIGKILL);
  }
  waitpid(other, nullptr, 0);
  const auto count = [&] { return std::distance(fs::directory_iterator(folder.path()), {}); };
  EXPECT_EQ(count(), 3);
  choose_export_place(spec, "run", 1);
  EXPECT_EQ(count(), 2);
  EXPECT_TRUE(fs::exists(mine.path() / "model/file"));
  EXPECT_TRUE(fs::exists(folder / "other/file"));
  {
    const ScratchFolder another(folder.path());
    EXPECT_NE(another.path(), mine.path());
    EXPECT_EQ(count(), 3);
  }
  EXPECT_EQ(count(), 2);
}

}  // namespace
}  // namespace tsugi::evolve
