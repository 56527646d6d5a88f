// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/input_error.h"

namespace tsugi::merge::gguf {
namespace {

using testing::HasSubstr;

/// A file of two tensors and a key of each kind, its data all zero.
std::string file(Metadata metadata = {{"general.architecture", std::string("llama")},
                                      {"a.list", std::vector<std::string>{"x", "yz"}},
                                      {"a.real", 1e-5F},
                                      {"a.flag", true},
                                      {"a.count", std::uint32_t{7}}}) {
  std::vector<TensorInfo> tensors{{.name = "one", .type = Storage::F32, .shape = {3}, .offset = 0},
                                  {.name = "two", .type = Storage::Q8_0, .shape = {2, 64}, .offset = 0}};
  std::uint64_t size = 0;
  std::string bytes = lay_out(metadata, tensors, size);
  bytes.resize(size);
  return bytes;
}

Header read(const std::string& bytes) {
  return parse(std::as_bytes(std::span(bytes.data(), bytes.size())), "m.gguf");
}

std::string error(const std::string& bytes) {
  return tests::message_of([&] { read(bytes); });
}

template <class Number>
std::string with(std::string bytes, std::size_t at, Number number) {
  std::memcpy(bytes.data() + at, &number, sizeof(number));
  return bytes;
}

constexpr std::size_t kVersion = 4;  // bytes from the start of the file, by its specification
constexpr std::size_t kTensors = 8;
constexpr std::size_t kKeys = 16;

TEST(GgufParse, ReadsWhatWasLaidOut) {
  const Header header = read(file());
  EXPECT_EQ(header.text("general.architecture"), "llama");
  EXPECT_EQ(header.real("a.real"), 1e-5);
  EXPECT_EQ(header.flag("a.flag"), true);
  EXPECT_EQ(header.count("a.count"), 7U);
  EXPECT_EQ(*header.texts("a.list"), (std::vector<std::string>{"x", "yz"}));
  EXPECT_EQ(header.count("absent"), std::nullopt);
  ASSERT_EQ(header.tensors.size(), 2U);
  EXPECT_EQ(header.tensors[1].shape, (Shape{2, 64}));
  EXPECT_EQ(header.tensors[0].offset % kAlignment, 0U);
  EXPECT_EQ(header.tensors[1].offset, header.tensors[0].offset + 32);
  EXPECT_EQ(file().size(), header.tensors[1].offset + 160);  // 4 blocks of 34 bytes, padded
}

TEST(GgufParse, RefusesEveryPrefix) {
  const std::string whole = file();
  const std::size_t needed = read(whole).tensors[1].offset + 136;
  for (std::size_t length = 0; length < needed; ++length)
    EXPECT_NE(error(whole.substr(0, length)), "no error") << length;
  EXPECT_EQ(error(whole.substr(0, needed)), "no error");  // padding after the last tensor may be missing
}

TEST(GgufParse, SurvivesAnyByteChanged) {
  const std::string whole = file();
  for (std::size_t at = 0; at < read(whole).tensors[0].offset; ++at) {
    for (const unsigned char value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      std::string broken = whole;
      broken[at] = static_cast<char>(value);
      error(broken);  // an error or none, never a crash
    }
  }
}

TEST(GgufParse, SaysWhatIsWrong) {
  EXPECT_THAT(error("PK\x03\x04 and more"), HasSubstr("does not begin with 'GGUF'"));
  EXPECT_THAT(error(with(file(), kVersion, std::uint32_t{1})), HasSubstr("GGUF version 1"));
  EXPECT_THAT(error(with(file(), kVersion, std::uint32_t{0x03000000})), HasSubstr("big-endian"));
  EXPECT_THAT(error(with(file(), kTensors, ~std::uint64_t{0})), HasSubstr("tensors do not fit"));
  EXPECT_THAT(error(with(file(), kKeys, std::uint64_t{1} << 60)), HasSubstr("keys do not fit"));
  EXPECT_THAT(error(file({{"k", true}, {"k", true}})), HasSubstr("key 'k' stands twice"));
  EXPECT_THAT(error(file({{"general.alignment", std::uint32_t{24}}})), HasSubstr("no usable power of two"));
  EXPECT_THAT(error(file({{"general.alignment", std::uint32_t{64}}})),
              HasSubstr("tensor 'two' is said to lie at 32"));
}

TEST(GgufParse, SaysWhatIsWrongWithATensor) {
  const std::string whole = file();
  const std::size_t two = whole.find("two");
  const std::size_t axes = two + 3;
  const std::size_t extents = axes + 4;
  const std::size_t type = extents + 16;
  EXPECT_THAT(error(with(whole, two, std::array{'o', 'n', 'e'})), HasSubstr("tensor 'one' stands twice"));
  EXPECT_THAT(error(with(whole, axes, std::uint32_t{5})), HasSubstr("5 axes"));
  EXPECT_THAT(error(with(whole, extents, std::uint64_t{0})), HasSubstr("impossible shape"));
  EXPECT_THAT(error(with(whole, extents, std::uint64_t{1} << 62)), HasSubstr("impossible shape"));
  EXPECT_THAT(error(with(whole, extents, std::uint64_t{65})), HasSubstr("multiples of 32"));
  EXPECT_THAT(error(with(whole, extents, std::uint64_t{6400})), HasSubstr("is cut off: tensor 'two' ends"));
  EXPECT_THAT(error(with(whole, type, std::uint32_t{23})), HasSubstr("stored as IQ4_XS, which is not read"));
  EXPECT_THAT(error(with(whole, type, std::uint32_t{4711})), HasSubstr("stored as number 4711"));
  EXPECT_THAT(error(with(whole, type + 4, std::uint64_t{64})), HasSubstr("is said to lie at 64"));
}

TEST(GgufParse, RefusesValuesOfAnotherKind) {
  const Header header = read(file());
  EXPECT_THAT(tests::message_of([&] { header.count("a.flag"); }), HasSubstr("not a whole number"));
  EXPECT_THAT(tests::message_of([&] { header.text("a.count"); }), HasSubstr("not a text"));
  EXPECT_THAT(tests::message_of([&] { header.texts("a.count"); }), HasSubstr("not a list of texts"));
}

}  // namespace
}  // namespace tsugi::merge::gguf
