// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/tokenizer_json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "merge/checkpoint/json.h"
#include "tests/support/input_error.h"

namespace tsugi::merge::gguf {
namespace {

using testing::HasSubstr;
using Texts = std::vector<std::string>;

Header byte_level(const Texts& tokens) {
  return {.file = "m.gguf",
          .metadata = {{"tokenizer.ggml.model", std::string("gpt2")},
                       {"tokenizer.ggml.pre", std::string("qwen2")},
                       {"tokenizer.ggml.tokens", tokens},
                       {"tokenizer.ggml.merges", Texts{"a b"}}},
          .tensors = {}};
}

Header pieces(const Texts& tokens) {
  return {.file = "m.gguf",
          .metadata = {{"tokenizer.ggml.model", std::string("llama")},
                       {"tokenizer.ggml.tokens", tokens},
                       {"tokenizer.ggml.scores", std::vector<float>(tokens.size(), 0.F)}},
          .tensors = {}};
}

nlohmann::ordered_json tokenizer(const Header& header) {
  std::vector<std::string> notes;
  return parse_ordered_json(tokenizer_companions(header, notes).at(0).content(), "tokenizer.json");
}

std::string error(const Header& header) {
  return tests::message_of([&] { tokenizer(header); });
}

TEST(GgufTokenizer, VocabularyIsInTheOrderOfIds) {
  EXPECT_EQ(tokenizer(byte_level({"b", "a", "ab"}))["model"]["vocab"].dump(), R"({"b":0,"a":1,"ab":2})");
}

TEST(GgufTokenizer, RefusesATokenUnderTwoIds) {
  EXPECT_THAT(error(byte_level({"a", "b", "a"})), HasSubstr("a token stands under two ids"));
}

// As many as Qwen 2 has. Where each token was looked for among those before it, this took 50 s, now a
// tenth of one, and some times that under the sanitizers.
TEST(GgufTokenizer, ALargeVocabularyTakesNoTime) {
  Texts tokens;
  for (int id = 0; id < 151'936; ++id) tokens.push_back(fmt::format("t{}", id));
  const Header header = byte_level(tokens);
  std::vector<std::string> notes;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(tokenizer_companions(header, notes).size(), 2U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

// 40 pieces of 400 KB kept the search for their halves busy for more than half a minute.
TEST(GgufTokenizer, RefusesAPieceOfAbsurdLength) {
  EXPECT_EQ(tokenizer(pieces({"a", "b", "ab", std::string(1024, 'a')}))["model"]["merges"].dump(),
            R"([["a","b"]])");
  EXPECT_THAT(error(pieces({"a", std::string(1025, 'a')})),
              HasSubstr("token 1 has 1025 bytes, at most 1024 are read"));
}

}  // namespace
}  // namespace tsugi::merge::gguf
