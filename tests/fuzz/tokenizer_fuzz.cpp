// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tokenizer.json: a tokenizer that is read encodes and decodes some texts.
#include <array>
#include <nlohmann/json.hpp>

#include "eval/tokenizer/tokenizer.h"
#include "tests/fuzz/target.h"

namespace tsugi::fuzz {
namespace {

using nlohmann::json;

const tests::TemporaryFolder& folder() {
  static const tests::TemporaryFolder kFolder;
  return kFolder;
}

}  // namespace

// The recorded tokenizers whose model is small enough to be changed.
std::vector<std::string> corpus() {
  constexpr std::size_t kLargest = 6000;
  std::vector<std::string> texts;
  const json golden = json::parse(file_text("tests/golden/tokenizer/components.json"));
  for (const json& component : golden.at("components")) {
    json file = component.at("file");
    file["model"] = golden.at("models").at(file.at("model").get<std::string>());
    if (file.dump().size() > kLargest) file["model"] = golden.at("models").at("prefixed");
    if (file.dump().size() <= kLargest) texts.push_back(file.dump());
  }
  return texts;
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 34> kWords{R"("type":"BPE")",
                                                           R"("type":"Unigram")",
                                                           R"("type":"WordPiece")",
                                                           R"("type":"Sequence")",
                                                           R"("type":"Split")",
                                                           R"("type":"Replace")",
                                                           R"("type":"ByteLevel")",
                                                           R"("type":"Metaspace")",
                                                           R"("type":"Precompiled")",
                                                           R"("precompiled_charsmap":"AAAAAA==")",
                                                           R"("Regex":")",
                                                           R"("String":"")",
                                                           "(?:",
                                                           "(a+)+",
                                                           "[^\\\\s\\\\p{L}]",
                                                           "\\\\p{",
                                                           "(?i:",
                                                           "{1,3}",
                                                           R"("behavior":"MergedWithNext")",
                                                           R"("byte_fallback":true)",
                                                           R"("unk_id":0)",
                                                           R"("merges":[["a","b"]])",
                                                           R"("vocab":{"a":0})",
                                                           R"("<0xE3>")",
                                                           "null",
                                                           "[",
                                                           "]",
                                                           "{",
                                                           "}",
                                                           "\"",
                                                           "\\u0000",
                                                           "\\ud800",
                                                           "-1",
                                                           "4294967296"};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  fuzz::folder().write("tokenizer.json", std::string_view(reinterpret_cast<const char*>(data), size));
  fuzz::attempt([&] {
    const auto tokenizer = eval::Tokenizer::load(fuzz::folder().path());
    for (const char* text : {"", "ab aab\xE3\x81\x82  c\n\xC3\xA9", "the <s>hello-12</s>"})
      tokenizer.decode(tokenizer.encode(text), false);
    tokenizer.decode(std::array<eval::TokenId, 5>{0, 3, -1, 7, 1 << 30});
  });
  return 0;
}
