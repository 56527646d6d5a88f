// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The safetensors reader. An input is a file, and besides a header that gets its length field and its data.
#include <array>

#include "merge/checkpoint/safetensors.h"
#include "tests/fuzz/target.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::fuzz {
namespace {

constexpr std::size_t kData = 64;  // bytes of the headers' tensors, in all

void read(std::span<const std::byte> file) {
  attempt([&] {
    std::vector<std::string> notes;
    for (const merge::TensorView& tensor : merge::parse_safetensors(file, "model.safetensors", &notes))
      touch(tensor.bytes);
  });
}

}  // namespace

std::vector<std::string> corpus() {
  return {
      file_text("tests/golden/checkpoint/reference.safetensors"),
      file_text("tests/golden/pytorch/state.safetensors"),
      tests::raw_model(tests::tiny_tensors()),
      tests::raw_safetensors("{}", ""),
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
      R"("b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},"c":{"dtype":"BF16","shape":[4,0,9],)"
      R"("data_offsets":[32,32]},"d":{"dtype":"F8_E4M3","shape":[32],"data_offsets":[32,64]}})",
      R"({"\u00e9\"":{"dtype":"U8","shape":[64],"data_offsets":[0,64],"more":[{"x":[1.5e3,null,true]}]}})",
  };
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 24> kWords{R"("dtype":)",
                                                           R"("shape":[])",
                                                           R"("data_offsets":[0,0])",
                                                           R"("__metadata__":{},)",
                                                           R"("BF16")",
                                                           R"("F4")",
                                                           R"("F8_E5M2")",
                                                           R"("C64")",
                                                           R"("BOOL")",
                                                           R"("F6_E2M3")",
                                                           "{",
                                                           "}",
                                                           "[",
                                                           "]",
                                                           "[[[[[[[[",
                                                           ",",
                                                           ":",
                                                           "\"",
                                                           "\\u0000",
                                                           "\\ud800",
                                                           "null",
                                                           "\xEF\xBB\xBF",
                                                           "\\",
                                                           "-"};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  const auto input = std::as_bytes(std::span(data, size));
  fuzz::read(input);
  if (size == 0 || data[0] != '{') return 0;
  const std::string wrapped =
      tests::raw_safetensors({reinterpret_cast<const char*>(data), size}, std::string(fuzz::kData, '\1'));
  fuzz::read(std::as_bytes(std::span(wrapped)));
  return 0;
}
