// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/pickle/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"
#include "tests/support/raw_zip.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;
using tests::little;
using tests::raw_zip;

ZipEntries read(const std::string& bytes) {
  return read_zip_directory(std::as_bytes(std::span(bytes.data(), bytes.size())), "f.bin");
}
std::string error(const std::string& bytes) {
  return tests::message_of<InputError>([&] { read(bytes); });
}
std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(ZipDirectory, FindsEntriesInPlace) {
  const auto zip = raw_zip({{"a/x", "hello"}, {"a/empty", ""}, {"a/data/0", std::string(100, 'z')}});
  const ZipEntries entries = read(zip.bytes);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(text(entries.at("a/x")), "hello");
  EXPECT_EQ(entries.at("a/x").data(), std::as_bytes(std::span(zip.bytes)).data() + 33);
  EXPECT_TRUE(entries.at("a/empty").empty());
  std::string commented = zip.bytes;
  commented.replace(commented.size() - 2, 2, little<std::uint16_t>(7));
  EXPECT_EQ(read(commented + "comment").size(), 3U);
  EXPECT_TRUE(read(raw_zip({}).bytes).empty());
}

// As torch.save writes archives: 64-bit records before the end record, whose own fields are full of ones.
TEST(ZipDirectory, ReadsZip64) {
  const auto zip = raw_zip({{"a", "12345"}});
  std::string directory = zip.bytes.substr(zip.directory, zip.end - zip.directory);
  const std::string extra = little<std::uint16_t>(1) + little<std::uint16_t>(24) + little<std::uint64_t>(5) +
                            little<std::uint64_t>(5) + little<std::uint64_t>(0);
  directory.replace(20, 8, little<std::uint64_t>(~std::uint64_t{0}));
  directory.replace(42, 4, little<std::uint32_t>(0xffffffff));
  directory.replace(30, 2, little(static_cast<std::uint16_t>(extra.size())));
  directory += extra;
  const std::size_t record = zip.directory + directory.size();
  const std::string end64 = little<std::uint32_t>(0x06064b50) + little<std::uint64_t>(44) +
                            little<std::uint64_t>(0) + little<std::uint32_t>(0) + little<std::uint64_t>(1) +
                            little<std::uint64_t>(1) + little<std::uint64_t>(directory.size()) +
                            little<std::uint64_t>(zip.directory);
  const std::string locator = little<std::uint32_t>(0x07064b50) + little<std::uint32_t>(0) +
                              little<std::uint64_t>(record) + little<std::uint32_t>(1);
  std::string end = zip.bytes.substr(zip.end);
  end.replace(8, 12, std::string(12, '\xff'));
  const std::string file = zip.bytes.substr(0, zip.directory) + directory + end64 + locator + end;
  EXPECT_EQ(text(read(file).at("a")), "12345");
  std::string bad = file;
  bad.replace(record, 4, "xxxx");
  EXPECT_THAT(error(bad), HasSubstr("its Zip64 end record is not there"));
  bad = file;
  bad.replace(record + end64.size() + 8, 8, little<std::uint64_t>(~std::uint64_t{0}));
  EXPECT_THAT(error(bad), HasSubstr("outside of the file"));
}

TEST(ZipDirectory, RefusesBrokenArchives) {
  EXPECT_THAT(error(""), HasSubstr("truncated zip archive"));
  EXPECT_THAT(error("PK\x03\x04"), HasSubstr("has no end record"));
  EXPECT_THAT(error(raw_zip({{"a", "x", 8}}).bytes), HasSubstr("entry 'a' is compressed"));
  EXPECT_THAT(error(raw_zip({{"a", "x", 0, 1}}).bytes), HasSubstr("entry 'a' is encrypted"));
  EXPECT_THAT(error(raw_zip({{"a", "x"}, {"a", "y"}}).bytes), HasSubstr("has two entries 'a'"));
  const auto zip = raw_zip({{"a", "12345"}, {"b", "6"}});
  const auto changed = [&](std::size_t at, const std::string& bytes) {
    std::string file = zip.bytes;
    file.replace(at, bytes.size(), bytes);
    return error(file);
  };
  EXPECT_THAT(changed(zip.end + 10, little<std::uint16_t>(3)),
              HasSubstr("3 entries in a directory of 94 bytes"));
  EXPECT_THAT(changed(zip.end + 10, little<std::uint16_t>(60000)),
              HasSubstr("60000 entries in a directory of"));
  EXPECT_THAT(changed(zip.end + 16, little<std::uint32_t>(0xfffffff0)), HasSubstr("outside of the file"));
  EXPECT_THAT(changed(zip.directory, "xxxx"), HasSubstr("no entry at byte"));
  EXPECT_THAT(changed(zip.directory + 28, little<std::uint16_t>(60000)), HasSubstr("leaves the directory"));
  EXPECT_THAT(changed(zip.directory + 24, little<std::uint32_t>(6)), HasSubstr("two sizes, 6 and 5"));
  EXPECT_THAT(changed(zip.directory + 20, little<std::uint32_t>(900) + little<std::uint32_t>(900)),
              HasSubstr("entry 'a' of 900 bytes runs into the directory"));
  EXPECT_THAT(changed(zip.directory + 42, little<std::uint32_t>(7)), HasSubstr("is not at byte 7"));
  EXPECT_THAT(changed(30, "q"), HasSubstr("another entry is where 'a' should be"));
}

// Wherever a file ends, and whatever one byte is, there is a message or a reading.
TEST(ZipDirectory, SurvivesEveryCutAndEveryByte) {
  const auto zip = raw_zip({{"a/data.pkl", "12345"}, {"a/data/0", "6"}});
  for (std::size_t size = 0; size < zip.bytes.size(); ++size)
    EXPECT_NE(error(zip.bytes.substr(0, size)), "no error");
  for (std::size_t at = 0; at < zip.bytes.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string file = zip.bytes;
      file[at] = value;
      EXPECT_NO_FATAL_FAILURE(error(file));
    }
  }
}

}  // namespace
}  // namespace tsugi::merge
