// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/pickle/pytorch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/safetensors.h"
#include "recipes/error.h"
#include "tests/support/raw_pickle.h"
#include "tests/support/raw_safetensors.h"
#include "tests/support/raw_zip.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;
using tests::dict;
using tests::global;
using tests::num;
using tests::storage;
using tests::str;
using tests::tensor;
using tests::tuple;

const std::filesystem::path kGolden = TSUGI_ROOT "/tests/golden/pytorch";

std::vector<float> values_of(const TensorView& tensor) {
  std::vector<float> values(elements(tensor.shape));
  const std::size_t length = row_length(tensor.shape);
  for (std::size_t row = length == 0 ? 0 : values.size() / length; row-- > 0;) {
    read_rows(tensor, row, 1, std::span(values).subspan(row * length, length));
  }
  return values;
}

// state.bin and state.safetensors hold the same state dict, written by torch (make_pytorch_golden.py).
TEST(ParsePytorch, ReadsWhatTorchSaves) {
  const MappedFile expected_file(kGolden / "state.safetensors");
  const auto expected = parse_safetensors(expected_file.bytes(), "s");
  for (const char* name : {"state.bin", "nested.bin"}) {
    const MappedFile file(kGolden / name);
    std::vector<std::string> notes;
    auto tensors = parse_pytorch(file.bytes(), name, &notes);
    EXPECT_TRUE(notes.empty());
    ASSERT_EQ(tensors.size(), expected.size());
    for (const TensorView& wanted : expected) {
      const auto tensor =
          std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == wanted.name; });
      ASSERT_NE(tensor, tensors.end()) << wanted.name;
      EXPECT_EQ(tensor->dtype, wanted.dtype) << wanted.name;
      EXPECT_EQ(tensor->shape, wanted.shape) << wanted.name;
      if (is_float(wanted.dtype)) {
        EXPECT_EQ(values_of(*tensor), values_of(wanted)) << wanted.name;
      } else {
        EXPECT_TRUE(same_values(*tensor, wanted)) << wanted.name;
      }
      const bool gathered = wanted.name == "transposed" || wanted.name == "sliced" ||
                            wanted.name == "brain" || wanted.name == "repeated";
      EXPECT_EQ(tensor->rows != nullptr, gathered) << wanted.name;
    }
  }
}

std::string error_of_file(const std::string& name) {
  const MappedFile file(kGolden / name);
  return tests::message_of<InputError>([&] { parse_pytorch(file.bytes(), name); });
}

TEST(ParsePytorch, RefusesWhatTorchSavesOtherwise) {
  EXPECT_THAT(error_of_file("legacy.bin"),
              HasSubstr("legacy.bin: is in PyTorch's format from before 1.6, which is not read; load"));
  EXPECT_THAT(error_of_file("script.bin"), HasSubstr("TorchScript program"));
  EXPECT_THAT(error_of_file("module.bin"),
              HasSubstr("the pickle wants to run 'torch.nn.modules.linear.Linear': refused for safety"));
  EXPECT_THAT(error_of_file("state.safetensors"), HasSubstr("is no archive of PyTorch's"));
}

std::string archive(const std::string& pickle, const std::vector<tests::RawEntry>& more = {}) {
  std::vector<tests::RawEntry> entries{{"r/data.pkl", fmt::format("\x80\x02{}.", pickle)},
                                       {"r/data/0", std::string(24, '\0')}};
  entries.insert(entries.end(), more.begin(), more.end());
  return tests::raw_zip(entries).bytes;
}
std::string error(const std::string& file, std::vector<std::string>* notes = nullptr) {
  return tests::message_of<InputError>(
      [&] { parse_pytorch(std::as_bytes(std::span(file.data(), file.size())), "f", notes); });
}
std::string error_of(const std::string& pickle) {
  return error(archive(pickle));
}

const std::string kSix = storage("FloatStorage", "0", 6);

TEST(ParsePytorch, TakesTheFormsOfAStateDict) {
  const std::string good = tensor(kSix, 0, num(2) + num(3), num(3) + num(1));
  EXPECT_EQ(error_of(dict(str("w") + good)), "no error");
  EXPECT_EQ(error_of(global("collections", "OrderedDict") + ")R" + str("w") + good + "s}" + str("_metadata") +
                     ")sb"),
            "no error");
  EXPECT_EQ(error_of(dict(str("w") + global("torch._utils", "_rebuild_parameter") +
                          tuple(good + "\x88" + "N") + "R")),
            "no error");
  EXPECT_EQ(error_of(dict(str("w") + tensor(kSix, 0, num(2) + num(3), num(1) + num(2)))), "no error");
  const std::string untyped =
      tuple(str("storage") + global("torch.storage", "UntypedStorage") + str("0") + str("cpu") + num(24)) +
      "Q";
  EXPECT_EQ(error_of(dict(str("w") + global("torch._utils", "_rebuild_tensor_v3") +
                          tuple(untyped + num(0) + tuple(num(3)) + tuple(num(1)) + "\x89N" +
                                global("torch", "float64")) +
                          "R")),
            "no error");
  std::vector<std::string> notes;
  EXPECT_EQ(error(archive(dict(str("module.w") + good + str("step") + num(3))), &notes), "no error");
  EXPECT_THAT(notes, testing::ElementsAre(HasSubstr("1 entries that are no tensors"),
                                          HasSubstr("begin with 'module.'")));
}

TEST(ParsePytorch, RunsNothing) {
  EXPECT_THAT(error_of(global("os", "system") + tuple(str("true")) + "R"),
              HasSubstr("f, data.pkl: byte 2: the pickle wants to run 'os.system': refused for safety"));
  EXPECT_THAT(error_of(str("builtins") + str("eval") + "\x93"), HasSubstr("'builtins.eval': refused"));
  EXPECT_THAT(error_of(global("torch", "load")), HasSubstr("'torch.load': refused"));
  EXPECT_THAT(error_of(global("torch", "FloatStorage\x1b[2J")), HasSubstr("refused"));
  EXPECT_THAT(error_of("(ios\nsystem\n"), HasSubstr("byte 3: opcode INST (0x69) is refused for safety"));
  const std::pair<const char*, const char*> kOpcodes[] = {
      {"o", "OBJ"}, {"P", "PERSID"},         {"\x82", "EXT1"},   {"2", "DUP"},
      {"0", "POP"}, {"\x97", "NEXT_BUFFER"}, {"\xff", "unknown"}};
  for (const auto& [opcode, name] : kOpcodes)
    EXPECT_THAT(error_of(opcode), HasSubstr(fmt::format("opcode {}", name)));
  const std::string good = tensor(kSix, 0, num(6), num(1));
  EXPECT_THAT(error_of(global("collections", "OrderedDict") + tuple("]") + "R"),
              HasSubstr("OrderedDict with arguments"));
  EXPECT_THAT(error_of(good + "}b"), HasSubstr("attributes are set on something else than a dict"));
  EXPECT_THAT(error_of(str("x") + ")R"), HasSubstr("a call of something that is no function"));
  EXPECT_THAT(error_of(global("torch", "float32") + ")R"), HasSubstr("a call of a type"));
  EXPECT_THAT(error_of(global("torch.nn.parameter", "Parameter") + ")R"),
              HasSubstr("a call that torch.save does not make"));
}

TEST(ParsePytorch, RefusesBrokenPickles) {
  const std::pair<std::string, const char*> kCases[] = {
      {")R", "a value is missing on the stack"},
      {"t", "a mark is missing"},
      {"(R", "a value is missing"},
      {"h\x05", "memo 5 was never set"},
      {"Na", "a value is missing"},
      {"]NNs", "items are added to something"},
      {"}(Nu", "items are added to something"},
      {"]N", "holds something else than a state dict"},
      {"X\xff\xff\xff\xff"
       "a",
       "the pickle is truncated"},
      {"\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "the pickle is truncated"},
      {"cabc", "the pickle is truncated"},
      {std::string("\x8a\x09") + std::string(9, '\1'), "more than 64 bits"},
      {"\x80\x06", "pickle protocol 6"},
      {"NQ", "a persistent id that is no storage's"},
      {tuple(str("module") + global("torch", "FloatStorage") + str("0") + str("cpu") + num(6)) + "Q",
       "no storage's"},
      {tuple(str("storage") + global("torch", "float32") + str("0") + str("cpu") + num(6)) + "Q",
       "a type that is none"},
      {storage("FloatStorage", "0", -1), "no integer from 0 on"}};
  for (const auto& [pickle, message] : kCases) EXPECT_THAT(error_of(pickle), HasSubstr(message));
  EXPECT_THAT(error(tests::raw_zip({{"r/data.pkl", "\x80\x02N"}}).bytes),
              HasSubstr("the pickle is truncated"));
}

TEST(ParsePytorch, RefusesTensorsOutsideTheirStorage) {
  const auto of = [](const std::string& held, int offset, const std::string& size,
                     const std::string& stride) {
    return error_of(dict(str("w") + tensor(held, offset, size, stride)));
  };
  EXPECT_THAT(of(kSix, 0, num(7), num(1)),
              HasSubstr("tensor 'w': shape [7], stride [1], offset 0 leave its storage of 6"));
  EXPECT_THAT(of(kSix, 1, num(6), num(1)), HasSubstr("leave its storage"));
  EXPECT_THAT(of(kSix, 0, num(2) + num(3), num(4) + num(1)), HasSubstr("leave its storage"));
  EXPECT_THAT(of(kSix, -1, num(1), num(1)), HasSubstr("the offset of a tensor is no integer from 0 on"));
  EXPECT_THAT(of(kSix, 0, num(-1), num(1)), HasSubstr("the size is no integer"));
  EXPECT_THAT(of(kSix, 0, num(1), num(-1)), HasSubstr("the stride is no integer"));
  EXPECT_THAT(of(kSix, 0, num(1), num(1) + num(1)), HasSubstr("differ"));
  EXPECT_THAT(
      of(kSix, 0, "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"),
      HasSubstr("overflows"));
  EXPECT_THAT(of(kSix, 0, num(2), "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"),
              HasSubstr("leave its storage"));
  EXPECT_THAT(of(kSix, 0, num(40) + num(1), num(0) + num(2)),
              HasSubstr("repeats the 6 elements of its storage to 40"));
  EXPECT_THAT(of(storage("LongStorage", "0", 3), 0, num(2), num(2)),
              HasSubstr("of type I64 is not contiguous"));
  EXPECT_THAT(of(storage("FloatStorage", "0", 7), 0, num(1), num(1)),
              HasSubstr("storage '0' needs 7 elements of 4 bytes, its entry has 24"));
  EXPECT_THAT(of(storage("FloatStorage", "9", 6), 0, num(1), num(1)),
              HasSubstr("the archive has no storage '9'"));
  EXPECT_THAT(of(storage("FloatStorage", "../data/0", 6), 0, num(1), num(1)), HasSubstr("has no storage"));
}

TEST(ParsePytorch, RefusesOtherArchives) {
  const std::string good = dict(str("w") + tensor(kSix, 0, num(6), num(1)));
  EXPECT_THAT(error(archive(good, {{"s/data.pkl", "N."}})), HasSubstr("has two pickles"));
  EXPECT_THAT(error(archive(good, {{"r/byteorder", "big"}})), HasSubstr("has byte order 'big'"));
  EXPECT_THAT(error(archive(good, {{"r/constants.pkl", ""}})), HasSubstr("TorchScript"));
  EXPECT_THAT(error(tests::raw_zip({{"x", "y"}}).bytes), HasSubstr("without data.pkl"));
  EXPECT_THAT(error_of(dict(str("model") + good + str("state_dict") + good)),
              HasSubstr("more than one state dict"));
  EXPECT_THAT(
      error_of(dict(str("w") + tensor(kSix, 0, num(6), num(1)) + str("w") + tensor(kSix, 0, num(6), num(1)))),
      HasSubstr("tensor 'w' stands twice"));
  EXPECT_THAT(error_of(dict(str("a\nb") + tensor(kSix, 0, num(6), num(1)))), HasSubstr("control characters"));
  EXPECT_THAT(error("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("Git LFS pointer"));
  EXPECT_THAT(error(""), HasSubstr("no archive of PyTorch's"));
}

// Wherever the pickle is cut, and whatever one byte of it is, there is a message or a reading.
TEST(ParsePytorch, SurvivesEveryCutAndEveryByte) {
  const std::string pickle =
      fmt::format("\x80\x02{}.", dict(str("w") + tensor(kSix, 0, num(2) + num(3), num(3) + num(1))));
  const auto with = [](const std::string& text) {
    return error(tests::raw_zip({{"r/data.pkl", text}, {"r/data/0", std::string(24, '\0')}}).bytes);
  };
  ASSERT_EQ(with(pickle), "no error");
  for (std::size_t size = 0; size < pickle.size(); ++size)
    EXPECT_NE(with(pickle.substr(0, size)), "no error");
  for (std::size_t at = 0; at < pickle.size(); ++at) {
    for (int value = 0; value < 256; value += 5) {
      std::string text = pickle;
      text[at] = static_cast<char>(value);
      EXPECT_NO_FATAL_FAILURE(with(text));
    }
  }
}

TEST(Checkpoint, OpensAFolderOfPytorchFiles) {
  const tests::TemporaryFolder folder;
  const auto pickle = [](const std::string& name) {
    return dict(str(name) + tensor(kSix, 0, num(3) + num(2), num(2) + num(1)));
  };
  folder.write("m/config.json", R"({"architectures":["LlamaModel"],"num_hidden_layers":2})");
  folder.write("m/pytorch_model-00001-of-00002.bin", archive(pickle("layers.0.up_proj.weight")));
  folder.write("m/pytorch_model-00002-of-00002.bin", archive(pickle("layers.1.up_proj.weight")));
  folder.write(
      "m/pytorch_model.bin.index.json",
      R"({"metadata":{"total_size":48},"weight_map":{"layers.0.up_proj.weight":"pytorch_model-00001-of-00002.bin",)"
      R"("layers.1.up_proj.weight":"pytorch_model-00002-of-00002.bin"}})");
  const auto model = Checkpoint::open(folder / "m");
  EXPECT_EQ(model->tensors().size(), 2U);
  EXPECT_TRUE(model->notes().empty());
  EXPECT_EQ(model->find("layers.1.up_proj.weight")->shape, (Shape{3, 2}));
}

}  // namespace
}  // namespace tsugi::merge
