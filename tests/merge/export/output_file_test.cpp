// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <string>

#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

TEST(OutputFile, HasItsSizeFromTheStart) {
  const tests::TemporaryFolder folder;
  const OutputFile file(folder / "f", 6);
  file.write("cd", 2);
  EXPECT_EQ(tests::read_text(folder / "f"), std::string("\0\0cd\0\0", 6));
  file.write("ab", 0);
  file.start_writeback(0, 6);
  file.sync();
  EXPECT_EQ(tests::read_text(folder / "f"), std::string("abcd\0\0", 6));
}

TEST(OutputFile, IsWrittenOnAndReadBack) {
  const tests::TemporaryFolder folder;
  { OutputFile(folder / "f", 4).write("ab", 0); }
  const OutputFile file = OutputFile::reopen(folder / "f");
  file.write("cd", 2);
  std::array<std::byte, 3> back{};
  file.read(back, 1);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(back.data()), back.size()), "bcd");
  EXPECT_THAT(tests::message_of<Error>([&] { file.read(back, 2); }),
              testing::HasSubstr("cannot be read back"));
  EXPECT_THAT(tests::message_of<Error>([&] { OutputFile::reopen(folder / "g"); }),
              testing::HasSubstr("/g: cannot be opened: No such file"));
}

TEST(OutputFile, NeverTouchesAFileThatIsThere) {
  const tests::TemporaryFolder folder;
  folder.write("f", "keep");
  EXPECT_THAT(tests::message_of<Error>([&] { OutputFile(folder / "f", 1); }),
              testing::HasSubstr("/f: cannot be created: File exists"));
  EXPECT_EQ(tests::read_text(folder / "f"), "keep");
}

TEST(OutputFile, SaysWhenThereIsNoRoom) {
  const tests::TemporaryFolder folder;
  constexpr std::uint64_t kMore = std::uint64_t{1} << 60;  // than any disk has
  EXPECT_THAT(tests::message_of<Error>([&] { OutputFile(folder / "f", kMore); }),
              testing::HasSubstr("no room for"));
}

// Setting space aside there would clear it all first.
TEST(OutputFile, InMemoryLooksForRoomAndTakesNone) {
  struct statfs system {};
  if (statfs("/dev/shm", &system) != 0 || system.f_type != TMPFS_MAGIC || system.f_blocks == 0)
    GTEST_SKIP() << "/dev/shm is no file system in memory with a limit";
  const std::string path = "/dev/shm/tsugi-output-file-test-" + std::to_string(getpid());
  {
    const OutputFile file(path, 1 << 20);
    struct stat made {};
    EXPECT_EQ(stat(path.c_str(), &made), 0);
    EXPECT_EQ(made.st_size, 1 << 20);
    EXPECT_EQ(made.st_blocks, 0);
  }
  unlink(path.c_str());
  const std::uint64_t all = system.f_blocks * static_cast<std::uint64_t>(system.f_bsize);
  EXPECT_THAT(tests::message_of<Error>([&] { OutputFile(path, all + 1); }),
              testing::HasSubstr("no room for"));
  unlink(path.c_str());
}

TEST(WriteSynced, WritesTheWholeText) {
  const tests::TemporaryFolder folder;
  write_synced(folder / "f", "text");
  write_synced(folder / "empty", "");
  sync_folder(folder.path());
  EXPECT_EQ(tests::read_text(folder / "f"), "text");
  EXPECT_EQ(tests::read_text(folder / "empty"), "");
}

}  // namespace
}  // namespace tsugi::merge
