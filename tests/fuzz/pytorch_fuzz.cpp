// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The reader of PyTorch's archives. An input is a file; one that is no archive is besides the pickle of one
// with two storages.
#include <array>

#include "merge/checkpoint/pickle/pytorch.h"
#include "tests/fuzz/target.h"
#include "tests/support/raw_zip.h"

namespace tsugi::fuzz {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kStorage = 96;        // bytes of each storage: 24 values of f32
constexpr std::size_t kMostValues = 65536;  // of a tensor whose rows are gathered: views may repeat values

void read(std::span<const std::byte> file) {
  attempt([&] {
    std::vector<std::string> notes;
    for (const merge::TensorView& tensor : merge::parse_pytorch(file, "pytorch_model.bin", &notes)) {
      touch(tensor.bytes);
      const std::uint64_t count = merge::elements(tensor.shape);
      if (tensor.rows == nullptr || count > kMostValues) continue;
      std::vector<float> values(count);
      tensor.rows->read(0, count / merge::row_length(tensor.shape), values);
    }
  });
}

// What torch.save writes for {'w': a [2, 3] tensor of f32 with this stride}.
std::string pickle(std::string_view stride) {
  std::string text{
      "\x80\x02}q\0X\1\0\0\0wq\1ctorch._utils\n_rebuild_tensor_v2\nq\2((X\7\0\0\0storageq\3"sv
      "ctorch\nFloatStorage\nq\4X\1\0\0\0000q\5X\3\0\0\0cpuq\6K\x18tq\7QK\0K\2K\3\x86q\b"sv};
  text.append(stride);
  text.append(
      "q\t\x89"
      "ccollections\nOrderedDict\nq\n)Rq\vtq\fRq\rs."sv);
  return text;
}

}  // namespace

std::vector<std::string> corpus() {
  const std::string plain = pickle("K\3K\1\x86"sv);
  return {
      plain,
      pickle("K\1K\2\x86"sv),  // a transposed one
      pickle("K\0K\4\x86"sv),  // its two rows are one
      tests::raw_zip(
          {{.name = "a/data.pkl", .data = plain}, {.name = "a/data/0", .data = std::string(kStorage, '\1')}})
          .bytes,
      file_text("tests/golden/pytorch/state.bin"),
      file_text("tests/golden/pytorch/nested.bin"),
  };
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 36> kWords{"ctorch._utils\n_rebuild_tensor\n"sv,
                                                           "ctorch._utils\n_rebuild_tensor_v2\n"sv,
                                                           "ctorch._utils\n_rebuild_tensor_v3\n"sv,
                                                           "ctorch._utils\n_rebuild_parameter\n"sv,
                                                           "ctorch.nn.parameter\nParameter\n"sv,
                                                           "ctorch\nSize\n"sv,
                                                           "ctorch\nHalfStorage\n"sv,
                                                           "ctorch\nBFloat16Storage\n"sv,
                                                           "ctorch\nBoolStorage\n"sv,
                                                           "ctorch.storage\nUntypedStorage\n"sv,
                                                           "ctorch\nfloat32\n"sv,
                                                           "ccollections\nOrderedDict\n"sv,
                                                           "cos\nsystem\n"sv,
                                                           "X\n\0\0\0state_dict"sv,
                                                           "X\5\0\0\0model"sv,
                                                           "X\7\0\0\0storage"sv,
                                                           "X\1\0\0\0001"sv,
                                                           "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"sv,
                                                           "\x8a\x08\0\0\0\0\0\0\0\x80"sv,
                                                           "\x8a\x01\xff"sv,
                                                           "\x85"sv,
                                                           "\x86"sv,
                                                           "\x87"sv,
                                                           "\x81"sv,
                                                           "\x93"sv,
                                                           "\x94"sv,
                                                           "K\0"sv,
                                                           "M\xff\xff"sv,
                                                           "(t"sv,
                                                           "(u"sv,
                                                           ")R"sv,
                                                           "Q"sv,
                                                           "h\1"sv,
                                                           "PK\1\2"sv,
                                                           "PK\6\6"sv,
                                                           "PK\6\7"sv};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  const auto input = std::as_bytes(std::span(data, size));
  fuzz::read(input);
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.compare(0, 2, "PK") == 0) return 0;
  const std::string wrapped =
      tests::raw_zip({{.name = "a/data.pkl", .data = text},
                      {.name = "a/data/0", .data = std::string(fuzz::kStorage, '\1')},
                      {.name = "a/data/1", .data = std::string(fuzz::kStorage, '\2')}})
          .bytes;
  fuzz::read(std::as_bytes(std::span(wrapped)));
  return 0;
}
