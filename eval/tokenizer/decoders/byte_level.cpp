// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// ByteLevel: characters of the byte alphabet back to bytes. A token with any other character stands for its
// own UTF-8.
#include "eval/tokenizer/byte_alphabet.h"
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

void append_bytes(std::string& bytes, const std::string& token) {
  const std::size_t begin = bytes.size();
  for (std::size_t at = 0; at < token.size();) {
    const unicode::CodePoint here = unicode::code_point_at(token, at);
    const std::optional<std::uint8_t> byte = byte_of(here.value);
    if (!byte) {
      bytes.resize(begin);
      bytes += token;
      return;
    }
    bytes.push_back(static_cast<char>(*byte));
    at += here.length;
  }
}

}  // namespace

Decoder byte_level_decoder(const Field&) {
  return [](const std::vector<std::string>& tokens) {
    std::string bytes;
    for (const std::string& token : tokens) append_bytes(bytes, token);
    return std::vector<std::string>{unicode::replace_invalid_utf8(bytes)};
  };
}

}  // namespace tsugi::eval::tokenization
