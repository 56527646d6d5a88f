// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <utility>

#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::merge {
namespace {

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(MappedFile, ShowsTheBytesAndMoves) {
  const tests::TemporaryFolder folder;
  MappedFile first(folder.write("a", "hello"));
  MappedFile second(folder.write("b", ""));
  EXPECT_EQ(text_of(first), "hello");
  EXPECT_TRUE(second.bytes().empty());
  MappedFile moved(std::move(first));
  EXPECT_EQ(text_of(moved), "hello");
  second = std::move(moved);
  EXPECT_EQ(text_of(second), "hello");
  EXPECT_EQ(second.path(), folder / "a");
}

TEST(MappedFile, RefusesWhatIsNoFile) {
  const tests::TemporaryFolder folder;
  EXPECT_THROW(MappedFile(folder / "absent"), InputError);
  EXPECT_THROW(MappedFile(folder.path()), InputError);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(MappedFile(folder / "pipe"), InputError);  // and does not wait for a writer
}

}  // namespace
}  // namespace tsugi::merge
