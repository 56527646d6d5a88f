// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/safetensors.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "merge/checkpoint/mapped_file.h"
#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;
using tests::raw_safetensors;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string error_of(std::string_view file) {
  return tests::message_of<InputError>([&] { parse_safetensors(bytes_of(file), "m.safetensors"); });
}

struct Broken {
  const char* rule;
  std::string header;
  std::size_t data;  // bytes
  std::string message;
};

void PrintTo(const Broken& broken, std::ostream* out) {
  *out << broken.rule;
}

class BrokenHeader : public testing::TestWithParam<Broken> {};

TEST_P(BrokenHeader, IsRefusedWithItsRule) {
  const std::string error = error_of(raw_safetensors(GetParam().header, std::string(GetParam().data, 'x')));
  EXPECT_THAT(error, HasSubstr(GetParam().message));
  EXPECT_EQ(error.rfind("m.safetensors: ", 0), 0U) << error;
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 0) << error;
  EXPECT_THAT(error, HasSubstr("; ")) << "no cure";
}

// One good entry to put beside a broken one.
const std::string kGood = R"("g":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";

std::string entry(const std::string& name, const std::string& fields) {
  return fmt::format(R"("{}":{{{}}})", name, fields);
}
std::string object(const std::string& entries) {
  return fmt::format("{{{}}}", entries);
}
std::string one(const std::string& fields) {
  return object(entry("w", fields));
}

INSTANTIATE_TEST_SUITE_P(
    Json, BrokenHeader,
    testing::Values(
        Broken{"not an object", "[1,2]   ", 0, "its header is not a JSON object at byte 8"},
        Broken{"zero bytes after", std::string("{}\0\0\0\0\0\0", 8), 0, "zero byte in JSON at byte 10"},
        Broken{"text after", "{} x    ", 0, "invalid JSON at byte 11"},
        Broken{"cut", R"({"w":{"dtype":"F3)", 0, "invalid JSON at byte 25"},
        Broken{"invalid UTF-8", "{\"a\xff\":1}", 0, "invalid UTF-8 at byte 11"},
        Broken{"nested too deep", R"({"w":{"x":)" + std::string(127, '[') + std::string(127, ']') + "}}", 0,
               "deeper than 128"},
        Broken{"byte order mark", "\xEF\xBB\xBF{}", 0, "not a JSON object at byte 8"}));

INSTANTIATE_TEST_SUITE_P(Metadata, BrokenHeader,
                         testing::Values(Broken{"number inside", R"({"__metadata__":{"a":1}})", 0,
                                                "__metadata__ holds a value that is not a string"},
                                         Broken{"list inside", R"({"__metadata__":{"a":[]}})", 0,
                                                "__metadata__ holds a value that is not a string"},
                                         Broken{"not an object", R"({"__metadata__":3})", 0,
                                                "__metadata__ is not an object"},
                                         Broken{"key twice", R"({"__metadata__":{"a":"","a":""}})", 0,
                                                "has key 'a' twice, at bytes 25 and 32"},
                                         Broken{"twice", R"({"__metadata__":{},"__metadata__":{}})", 0,
                                                "stands twice, at bytes 9 and 27"}));

INSTANTIATE_TEST_SUITE_P(
    Fields, BrokenHeader,
    testing::Values(
        Broken{"entry is a number", R"({"w":1})", 0, "tensor 'w' (byte 9): not an object"},
        Broken{"entry is a list", R"({"w":[]})", 0, "tensor 'w' (byte 9): a list"},
        Broken{"no dtype", one(R"("shape":[1],"data_offsets":[0,4])"), 4, "dtype is missing"},
        Broken{"no shape", one(R"("dtype":"F32","data_offsets":[0,4])"), 4, "shape is missing"},
        Broken{"no offsets", one(R"("dtype":"F32","shape":[1])"), 4, "data_offsets is missing"},
        Broken{"unknown dtype", one(R"("dtype":"F12","shape":[1],"data_offsets":[0,4])"), 4,
               "unknown dtype 'F12'"},
        Broken{"dtype a number", one(R"("dtype":12,"shape":[1],"data_offsets":[0,4])"), 4,
               "dtype is not a string"},
        Broken{"dtype a list", one(R"("dtype":[],"shape":[1],"data_offsets":[0,4])"), 4,
               "dtype is not a string"},
        Broken{"shape a number", one(R"("dtype":"F32","shape":1,"data_offsets":[0,4])"), 4,
               "shape is not a list"},
        Broken{"shape an object", one(R"("dtype":"F32","shape":{},"data_offsets":[0,4])"), 4,
               "shape is not a list"},
        Broken{"float in shape", one(R"("dtype":"F32","shape":[1.0],"data_offsets":[0,4])"), 4,
               "shape holds 1.0"},
        Broken{"negative in shape", one(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])"), 4,
               "shape holds -1"},
        Broken{"string in shape", one(R"("dtype":"F32","shape":["1"],"data_offsets":[0,4])"), 4,
               R"(shape holds "1")"},
        Broken{"2^63 in shape", one(R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4])"), 4,
               "shape holds 9223372036854775808, expected integers from 0 to 2^63-1"},
        Broken{"2^64 in shape", one(R"("dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4])"),
               4, "shape holds"},
        Broken{"list in shape", one(R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])"), 4,
               "non-negative integers"},
        Broken{"one offset", one(R"("dtype":"F32","shape":[1],"data_offsets":[4])"), 4,
               "data_offsets holds 1 numbers"},
        Broken{"three offsets", one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4,8])"), 4,
               "more than two"},
        Broken{"offset null", one(R"("dtype":"F32","shape":[1],"data_offsets":[0,null])"), 4,
               "data_offsets holds null"},
        Broken{"rank 17",
               one(R"("dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1])"), 1,
               "more than 16 dimensions"},
        Broken{"field twice", one(R"("dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4])"), 4,
               "key 'dtype' stands twice, at bytes 14 and 28"}));

INSTANTIATE_TEST_SUITE_P(
    Names, BrokenHeader,
    testing::Values(
        Broken{"twice",
               object(fmt::format("{0},{1},{0}", kGood,
                                  entry("h", R"("dtype":"F32","shape":[1],"data_offsets":[4,8])"))),
               8, "tensor 'g' stands twice in the header, at bytes 9 and 115"},
        Broken{"empty", object(entry("", R"("dtype":"F32","shape":[1],"data_offsets":[0,4])")), 4,
               "its name has 0 bytes"},
        Broken{"1025 bytes",
               object(entry(std::string(1025, 'n'), R"("dtype":"F32","shape":[1],"data_offsets":[0,4])")), 4,
               "its name has 1025 bytes"},
        Broken{"control character",
               object(entry(R"(a\nb)", R"("dtype":"F32","shape":[1],"data_offsets":[0,4])")), 4,
               R"(tensor 'a\x0ab' (byte 9): its name holds control characters)"}));

INSTANTIATE_TEST_SUITE_P(
    Places, BrokenHeader,
    testing::Values(
        Broken{"end before begin", one(R"("dtype":"F32","shape":[1],"data_offsets":[8,4])"), 8,
               "end at 4 before they begin at 8"},
        Broken{"shape overflows",
               one(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4])"), 4,
               "overflows 64 bits"},
        Broken{"bits overflow", one(R"("dtype":"F64","shape":[9223372036854775807],"data_offsets":[0,4])"), 4,
               "overflows 64 bits"},
        Broken{"half a byte", one(R"("dtype":"F4","shape":[3],"data_offsets":[0,2])"), 2,
               "12 bits, not a whole number of bytes"},
        Broken{"too large for its shape", one(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"), 4,
               "shape [2] of F32 needs 8 bytes, data_offsets [0, 4] hold 4"},
        Broken{"begins late", one(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])"), 8,
               "with a hole after the start of the data"},
        Broken{"hole",
               object(fmt::format("{},{}", kGood,
                                  entry("h", R"("dtype":"F32","shape":[1],"data_offsets":[8,12])"))),
               12, "begins at 8, with a hole after tensor 'g' (byte 9), which ends at 4"},
        Broken{"overlap",
               object(fmt::format("{},{}", kGood,
                                  entry("h", R"("dtype":"F16","shape":[2],"data_offsets":[2,6])"))),
               6, "begins at 2, overlapping tensor 'g' (byte 9), which ends at 4"},
        Broken{"shared",
               object(fmt::format("{},{}", kGood,
                                  entry("h", R"("dtype":"F32","shape":[1],"data_offsets":[0,4])"))),
               4, "tensor 'h' (byte 62): its data begins at 0, overlapping tensor 'g'"},
        Broken{"truncated", object(kGood), 3, "truncated: needs 66 bytes, has 65; download the file again"},
        Broken{"offsets past everything",
               one(R"("dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807])"), 4,
               "overflows 64 bits"},
        Broken{"bytes at the end", object(kGood), 9,
               "5 unexpected bytes at the end, from byte 66 (not a valid safetensors file)"}));

TEST(ParseSafetensors, RefusesLengthsThatCannotBe) {
  EXPECT_THAT(error_of(""), HasSubstr("truncated: a safetensors file needs 8 bytes, has 0"));
  EXPECT_THAT(error_of("\x01\x02\x03"), HasSubstr("needs 8 bytes, has 3"));
  std::string file = raw_safetensors(object(kGood), "1234");
  file[3] = '\x10';  // N = 268435510
  EXPECT_THAT(error_of(file), HasSubstr("its header would have 268435510 bytes, at most 100000000"));
  file[3] = 0;
  file[1] = 1;  // N = 310, of 66 bytes
  EXPECT_THAT(error_of(file), HasSubstr("truncated: the header needs 318 bytes, the file has 66"));
  std::fill_n(file.begin(), 8, '\xff');  // 8 + N would overflow
  EXPECT_THAT(error_of(file), HasSubstr("18446744073709551615 bytes"));
  EXPECT_THAT(error_of(std::string(64, '\0')), HasSubstr("begins with zeros"));
}

TEST(ParseSafetensors, TellsWhatElseTheFileIs) {
  const std::string rest(100, 'x');
  EXPECT_THAT(error_of("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
              HasSubstr("Git LFS pointer"));
  EXPECT_THAT(error_of("<!DOCTYPE html>\n" + rest), HasSubstr("web page"));
  EXPECT_THAT(error_of("  <html>\n" + rest), HasSubstr("web page"));
  EXPECT_THAT(error_of(R"({"error":"Repository not found"})"), HasSubstr("JSON text"));
  EXPECT_THAT(error_of(std::string("PK\x03\x04\x00\x00\x08\x08", 8) + rest), HasSubstr("zip archive"));
  EXPECT_THAT(error_of("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46" + rest), HasSubstr("Python pickle"));
  EXPECT_THAT(error_of(std::string("GGUF\x03\x00\x00\x00", 8) + rest), HasSubstr("GGUF"));
  EXPECT_THAT(error_of("just some words in a file"), HasSubstr("text file"));
}

TEST(ParseSafetensors, AcceptsWhatTheFormatAllows) {
  // Unsorted entries, white space around, unknown keys, null metadata, a scalar, an empty tensor, odd
  // alignment.
  const std::string header =
      " \n"
      R"({"b":{"shape":[2],"dtype":"U8","data_offsets":[4,6],"extra":{"deep":[[1]]}},"__metadata__":null,)"
      R"("e":{"dtype":"F32","shape":[0,3],"data_offsets":[6,6]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
      R"("z":{"dtype":"F16","shape":[1],"data_offsets":[6,8]}})"
      "\t\r ";
  const std::string file = raw_safetensors(header, "1234567H");
  std::vector<std::string> notes;
  const auto tensors = parse_safetensors(bytes_of(file), "m", &notes);
  ASSERT_EQ(tensors.size(), 4U);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_EQ(tensors[0].shape, Shape{});
  EXPECT_EQ(tensors[1].name, "b");
  EXPECT_EQ(static_cast<char>(tensors[1].bytes[0]), '5');
  EXPECT_EQ(tensors[2].name, "e");
  EXPECT_TRUE(tensors[2].bytes.empty());
  EXPECT_EQ(tensors[3].dtype, DType::F16);
  EXPECT_THAT(notes, testing::ElementsAre(HasSubstr("unknown key 'extra'")));
}

TEST(ParseSafetensors, ReadsTheEmptyFileOfTheReference) {
  EXPECT_TRUE(parse_safetensors(bytes_of(raw_safetensors("{}      ", "")), "m").empty());
}

// Whatever the bytes, the answer is a list of tensors inside the file or an InputError.
TEST(ParseSafetensors, SurvivesMutations) {
  std::mt19937 random(7);
  const std::string good = tests::raw_model(tests::tiny_tensors());
  for (int round = 0; round < 20'000; ++round) {
    std::string file = good;
    for (std::uint32_t edits = 1 + random() % 4; edits > 0; --edits) {
      const std::size_t place = random() % file.size();
      switch (random() % 4) {
        case 0:
          file[place] = static_cast<char>(random());
          break;
        case 1:
          file.erase(place, random() % 16);
          break;
        case 2:
          file.insert(place, 1, "{}[]\",:0123456789\\"[random() % 18]);
          break;
        default:
          file.insert(place, file.substr(random() % file.size(), random() % 64));
      }
      if (file.empty()) file = "x";
    }
    try {
      for (const TensorView& tensor : parse_safetensors(bytes_of(file), "m")) {
        ASSERT_GE(reinterpret_cast<const char*>(tensor.bytes.data()), file.data());
        ASSERT_LE(reinterpret_cast<const char*>(tensor.bytes.data() + tensor.bytes.size()),
                  file.data() + file.size());
      }
    } catch (const InputError&) {  // the expected answer
    }
  }
}

TEST(LayOutSafetensors, GoldenHeaderOfTheSpecification) {
  std::vector<TensorLayout> tensors{{"w", DType::F32, {2, 3}, 0}};
  const std::string header = lay_out_safetensors(tensors);
  EXPECT_EQ(
      header,
      raw_safetensors(
          R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})", ""));
  EXPECT_EQ(header.size() + 24, 120U);
  EXPECT_EQ(tensors[0].offset, 96U);
}

TEST(LayOutSafetensors, ReproducesTheReferenceLibrarysFile) {
  const MappedFile file(TSUGI_ROOT "/tests/golden/checkpoint/reference.safetensors");
  const auto tensors = parse_safetensors(file.bytes(), "reference");
  ASSERT_EQ(tensors.size(), 9U);
  std::vector<TensorLayout> layouts;
  for (const TensorView& tensor : tensors) layouts.push_back({tensor.name, tensor.dtype, tensor.shape, 0});
  std::mt19937 random(3);
  std::shuffle(layouts.begin(), layouts.end(), random);
  const std::string header = lay_out_safetensors(layouts);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  EXPECT_EQ(header, text.substr(0, header.size()));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(layouts[i].name, tensors[i].name);
    EXPECT_EQ(file.bytes().data() + layouts[i].offset, tensors[i].bytes.data());
  }
}

// Values the Python library wrote, from make.py.
TEST(ParseSafetensors, ReadsTheReferenceLibrarysValues) {
  const MappedFile file(TSUGI_ROOT "/tests/golden/checkpoint/reference.safetensors");
  const auto tensors = parse_safetensors(file.bytes(), "reference");
  const auto values = [&](std::string_view name) {
    for (const TensorView& tensor : tensors) {
      if (tensor.name != name) continue;
      std::vector<float> out(elements(tensor.shape));
      to_f32(tensor.dtype, tensor.bytes, out);
      return out;
    }
    return std::vector<float>();
  };
  EXPECT_EQ(values("z.weight"), (std::vector<float>{1, -2.5F, 3.25F, 0, 1e-3F, 65504}));
  EXPECT_EQ(values("a.weight"), (std::vector<float>{1.5F, -0.0F, 0x1p-24F, 65504}));
  EXPECT_EQ(values("b.weight")[1], 3.140625F);
  EXPECT_EQ(values("wide"), (std::vector<float>{0.1F, -INFINITY}));
}

}  // namespace
}  // namespace tsugi::merge
