// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The reader of model.safetensors.index.json, as text in memory and as a file among its shards.
#include <array>
#include <fstream>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/weight_files.h"
#include "tests/fuzz/target.h"

namespace tsugi::fuzz {
namespace {

constexpr const char* kIndex = "model.safetensors.index.json";

const tests::TemporaryFolder& folder() {
  static const tests::TemporaryFolder folder;
  return folder;
}

// In place: emptying a file before it is written makes file systems wait for the disk.
void write_index(std::string_view text) {
  static std::fstream file(folder().write(kIndex, ""), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(0);
  file.write(text.data(), static_cast<std::streamsize>(text.size())).flush();
  std::filesystem::resize_file(folder() / kIndex, text.size());
}

}  // namespace

std::vector<std::string> corpus() {
  for (const char* shard : {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                            "model.safetensors", "model-00003-of-00003.safetensors"})
    folder().write(shard, "");
  return {
      R"({"metadata": {"total_size": 4096}, "weight_map": {)"
      R"("lm_head.weight": "model-00002-of-00002.safetensors",)"
      R"("model.embed_tokens.weight": "model-00001-of-00002.safetensors",)"
      R"("model.layers.0.mlp.up_proj.weight": "model-00001-of-00002.safetensors"}})",
      R"({"weight_map":{"a":"model.safetensors"},"metadata":{"format":"pt","parts":[1,-2.5,null,{"x":true}]}})",
      R"({"weight_map":{"\u00e9\ud83d\ude00\"\\":"model-00003-of-00003.safetensors"}})",
  };
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 23> kWords{R"("weight_map":{)",
                                                           R"("metadata":{)",
                                                           R"("total_size":)",
                                                           R"("model.safetensors")",
                                                           R"("model-00001-of-00002.safetensors")",
                                                           R"("x-of-999999999.bin")",
                                                           R"("../x")",
                                                           R"("..")",
                                                           R"("a/b")",
                                                           R"("a":"model.safetensors",)",
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
                                                           "\\"};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz::attempt([&] {
    merge::parse_json(text, fuzz::kIndex);
    fuzz::write_index(text);
    std::vector<std::string> notes;
    merge::find_weight_files(fuzz::folder().path(), notes);
  });
  return 0;
}
