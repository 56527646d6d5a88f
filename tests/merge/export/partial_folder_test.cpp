// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/partial_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using tests::TemporaryFolder;

std::string error_of(const fs::path& out, bool overwrite, const std::vector<fs::path>& inputs = {}) {
  return tests::message_of<Error>([&] { PartialFolder(out, overwrite, inputs); });
}

bool is_bare(const fs::path& folder) {
  return fs::is_empty(folder);
}

TEST(PartialFolder, BecomesTheTargetInOneStep) {
  const TemporaryFolder folder;
  {
    PartialFolder partial(folder / "new/deep/out/", false, {});
    EXPECT_EQ(partial.path().filename(), ".out.tsugi-partial");
    folder.write("new/deep/.out.tsugi-partial/f", "x");
    EXPECT_FALSE(fs::exists(folder / "new/deep/out"));
    partial.publish();
  }
  EXPECT_EQ(tests::read_text(folder / "new/deep/out/f"), "x");
  EXPECT_FALSE(fs::exists(folder / "new/deep/.out.tsugi-partial"));
}

TEST(PartialFolder, LeavesNothingWithoutPublish) {
  const TemporaryFolder folder;
  {
    const PartialFolder partial(folder / "out", false, {});
    folder.write(".out.tsugi-partial/sub/f", "x");
  }
  EXPECT_TRUE(is_bare(folder.path()));
}

TEST(PartialFolder, KeepsOfADeadProcessWhatItIsToldTo) {
  const TemporaryFolder folder;
  folder.write(".out.tsugi-partial/model.safetensors", "old");
  folder.write(".out.tsugi-partial/sub/f", "old");
  const PartialFolder partial(folder / "out", false, {});
  EXPECT_GE(partial.used_bytes(), 3U);
  partial.clear({"model.safetensors"});
  EXPECT_EQ(tests::read_text(partial.path() / "model.safetensors"), "old");
  EXPECT_FALSE(fs::exists(partial.path() / "sub"));
  partial.clear();
  EXPECT_TRUE(is_bare(partial.path()));
}

TEST(PartialFolder, HoldsOffASecondProcess) {
  const TemporaryFolder folder;
  const PartialFolder first(folder / "out", false, {});
  folder.write(".out.tsugi-partial/f", "at work");
  EXPECT_THAT(error_of(folder / "out", false), HasSubstr("another process is writing there"));
  EXPECT_EQ(tests::read_text(folder / ".out.tsugi-partial/f"), "at work");
}

TEST(PartialFolder, ReplacesOnlyWhenToldAndOnlyModels) {
  const TemporaryFolder folder;
  folder.write("out/config.json", "old");
  folder.write("out/old.txt", "old");
  EXPECT_THAT(error_of(folder / "out", false),
              HasSubstr("exists and is not empty; choose another output folder, or pass --overwrite"));
  {
    PartialFolder partial(folder / "out", true, {});
    folder.write(".out.tsugi-partial/config.json", "new");
    EXPECT_EQ(tests::read_text(folder / "out/config.json"), "old");
    partial.publish();
    EXPECT_EQ(tests::read_text(folder / "out/config.json"), "new");
  }
  EXPECT_FALSE(fs::exists(folder / "out/old.txt"));
  EXPECT_FALSE(fs::exists(folder / ".out.tsugi-partial"));
  folder.write("thesis/chapter.tex", "keep");
  EXPECT_THAT(error_of(folder / "thesis", true), HasSubstr("is no model folder: it has no config.json"));
  folder.write("file", "");
  EXPECT_THAT(error_of(folder / "file", true), HasSubstr("exists and is no folder"));
  EXPECT_THAT(error_of("/", true), HasSubstr("is no place for a model"));
}

TEST(PartialFolder, AnEmptyFolderIsFree) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "out");
  PartialFolder partial(folder / "out", false, {});
  folder.write(".out.tsugi-partial/f", "x");
  partial.publish();
  EXPECT_EQ(tests::read_text(folder / "out/f"), "x");
}

TEST(PartialFolder, NeverOverwritesWhatAppearedMeanwhile) {
  const TemporaryFolder folder;
  PartialFolder partial(folder / "out", false, {});
  folder.write("out/config.json", "someone else's");
  EXPECT_THAT(tests::message_of<Error>([&] { partial.publish(); }), HasSubstr("cannot be put in place"));
  EXPECT_EQ(tests::read_text(folder / "out/config.json"), "someone else's");
}

TEST(PartialFolder, KeepsAwayFromInputs) {
  const TemporaryFolder folder;
  folder.write("models/a/config.json", "{}");
  folder.write("models/config.json", "{}");
  fs::create_directory_symlink(folder / "models/a", folder / "link");
  const std::vector<fs::path> inputs{folder / "models/a"};
  EXPECT_THAT(error_of(folder / "models/a", true, inputs), HasSubstr("is an input of the merge"));
  EXPECT_THAT(error_of(folder / "link", true, inputs), HasSubstr("is an input of the merge"));
  EXPECT_THAT(error_of(folder / "models/a/out", true, inputs), HasSubstr("lies inside the input"));
  EXPECT_THAT(error_of(folder / "models", true, inputs), HasSubstr("contains the input"));
  EXPECT_EQ(error_of(folder / "models/ab", true, inputs), "no error");
  EXPECT_EQ(tests::read_text(folder / "models/a/config.json"), "{}");
}

TEST(PartialFolder, KnowsWhenTheDiskIsTooSmall) {
  const TemporaryFolder folder;
  const PartialFolder partial(folder / "out", false, {});
  EXPECT_NO_THROW(partial.check_space(1));
  EXPECT_THAT(tests::message_of<Error>([&] { partial.check_space(std::uintmax_t{1} << 62); }),
              HasSubstr("needs 4611686018427387904 bytes"));
}

}  // namespace
}  // namespace tsugi::merge
