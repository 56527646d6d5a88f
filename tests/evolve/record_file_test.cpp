// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/record_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::read_text;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

// FNV-1a as its authors describe it, over the length in eight little-endian bytes and then the text.
std::uint64_t plain_checksum(const std::string& text) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(text.size() >> (8 * i));
  bytes += text;
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

const std::string kFirst = R"({"header":1})";
const std::string kSecond = R"({"evaluation":[0.0,1.0,0.25]})";
const std::string kThird = "a\nb";  // the length says where a record ends, not the line

std::string three() {
  return record_line(kFirst) + record_line(kSecond) + record_line(kThird);
}

TEST(RecordFile, ALineHasLengthAndChecksum) {
  EXPECT_EQ(record_line(kSecond), fmt::format("0000001d {:016x} {}\n", plain_checksum(kSecond), kSecond));
}

TEST(RecordFile, ReadsWhatWasAppended) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("records", record_line(kFirst));
  RecordFile out(file, read_records(file).bytes);
  out.append(kSecond);
  out.append("");
  const Records records = read_records(file);
  EXPECT_THAT(records.payloads, ElementsAre(kFirst, kSecond, ""));
  EXPECT_EQ(records.bytes, fs::file_size(file));
}

TEST(RecordFile, ATornLastRecordIsCutOffWhereverItWasTorn) {
  const TemporaryFolder folder;
  const std::string whole = record_line(kFirst) + record_line(kSecond);
  for (std::size_t size = whole.size(); size < three().size(); ++size) {
    SCOPED_TRACE(size);
    const fs::path file = folder.write("records", three().substr(0, size));
    const Records records = read_records(file);
    EXPECT_THAT(records.payloads, ElementsAre(kFirst, kSecond));
    EXPECT_EQ(records.bytes, whole.size());
    RecordFile(file, records.bytes).append(kThird);
    EXPECT_EQ(read_text(file), three());
  }
}

// Blocks of zeros are what some file systems leave of a write that a power cut met.
TEST(RecordFile, ALastRecordOfOtherBytesIsCutOff) {
  const TemporaryFolder folder;
  const std::string whole = record_line(kFirst) + record_line(kSecond);
  for (const std::string& tail : {std::string(4096, '\0'), std::string(4096, 'f'), std::string("\n\n")}) {
    EXPECT_EQ(read_records(folder.write("records", whole + tail)).bytes, whole.size());
  }
}

TEST(RecordFile, ADamagedRecordBeforeAWholeOneIsAnErrorThatSaysWhere) {
  const TemporaryFolder folder;
  const std::size_t begin = record_line(kFirst).size();
  const std::size_t end = begin + record_line(kSecond).size();
  for (std::size_t at = begin; at < end; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      SCOPED_TRACE(fmt::format("byte {} bit {}", at, bit));
      std::string text = three();
      text[at] = static_cast<char>(text[at] ^ (1 << bit));
      const fs::path file = folder.write("records", text);
      EXPECT_THAT(tests::message_of([&] { read_records(file); }),
                  HasSubstr(fmt::format("record 2, at byte {}, is damaged", begin)));
    }
  }
}

TEST(RecordFile, ADamagedLastRecordIsATornOne) {
  const TemporaryFolder folder;
  std::string text = three();
  text[text.size() - 2] = 'c';
  EXPECT_THAT(read_records(folder.write("records", text)).payloads, ElementsAre(kFirst, kSecond));
}

TEST(RecordFile, AnAbsentFileIsNamed) {
  const TemporaryFolder folder;
  EXPECT_THAT(tests::message_of([&] { read_records(folder / "none"); }), HasSubstr("none: cannot be read"));
  EXPECT_TRUE(read_records(folder.write("empty", "")).payloads.empty());
}

}  // namespace
}  // namespace tsugi::evolve
