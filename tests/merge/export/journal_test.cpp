// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using tests::TemporaryFolder;

class JournalFile : public testing::Test {
 protected:
  /// What a process under `boot` reads; it then writes `tensors` and goes.
  JournalRecords session(const std::string& boot, const std::vector<std::size_t>& tensors,
                         bool synced = false) {
    const JournalRecords records = read_journal(path, boot);
    Journal journal(path, "abc", records, boot);
    for (const std::size_t tensor : tensors) journal.finished(tensor);
    if (synced) journal.synced();
    return records;
  }
  std::vector<std::size_t> finished(const std::string& boot) { return read_journal(path, boot).finished; }

  TemporaryFolder folder;
  std::filesystem::path path = folder / "journal";
};

TEST_F(JournalFile, AnswersNothingWhereThereIsNone) {
  const JournalRecords none = read_journal(path, "b");
  EXPECT_EQ(none.identity, "");
  EXPECT_EQ(none.bytes, 0U);
}

TEST_F(JournalFile, RemembersOverProcesses) {
  session("b", {4, 0});
  const JournalRecords second = session("b", {7});
  EXPECT_EQ(second.identity, "abc");
  EXPECT_THAT(second.finished, ElementsAre(4, 0));
  EXPECT_THAT(finished("b"), ElementsAre(4, 0, 7));
}

TEST_F(JournalFile, AfterAPowerCutOnlySyncedDataCounts) {
  session("first", {1, 2}, true);
  session("first", {3});
  EXPECT_THAT(finished("first"), ElementsAre(1, 2, 3));
  EXPECT_THAT(finished("second"), ElementsAre(1, 2));
  session("second", {3, 5});
  EXPECT_THAT(finished("second"), ElementsAre(1, 2, 3, 5));
  EXPECT_THAT(finished("third"), ElementsAre(1, 2));
  session("second", {}, true);
  EXPECT_THAT(finished("third"), ElementsAre(1, 2, 3, 5));
}

TEST_F(JournalFile, WithoutANameOfTheBootOnlySyncedDataCounts) {
  session("", {1}, true);
  session("", {2});
  EXPECT_THAT(finished(""), ElementsAre(1));
}

// Every length that a dying machine may leave.
TEST_F(JournalFile, ATornTailIsCutOff) {
  session("b", {10, 11, 12});
  const std::string whole = tests::read_text(path);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    folder.write("journal", whole.substr(0, size));
    const JournalRecords records = read_journal(path, "b");
    EXPECT_LE(records.bytes, size);
    EXPECT_EQ(records.bytes, size == 0 ? 0 : whole.rfind('\n', size - 1) + 1) << size;
    { const Journal journal(path, "abc", records, "b"); }
    session("b", {13});
    EXPECT_EQ(finished("b").back(), 13U);
    EXPECT_EQ(finished("b").size(), records.finished.size() + 1);
  }
}

TEST_F(JournalFile, ADamagedLineEndsIt) {
  session("b", {10, 11, 12});
  std::string text = tests::read_text(path);
  const std::size_t place = text.find("tensor 11");
  text[place + 8] = '2';
  folder.write("journal", text);
  EXPECT_THAT(finished("b"), ElementsAre(10));
  folder.write("journal", std::string(1000, '\n') + text);
  EXPECT_EQ(read_journal(path, "b").identity, "");
  folder.write("journal", std::string(100, '\0'));
  EXPECT_THAT(finished("b"), IsEmpty());
}

}  // namespace
}  // namespace tsugi::merge
