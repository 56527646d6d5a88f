// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Replace: every match of a text or a regular expression becomes another text.
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/pattern.h"

namespace tsugi::eval::tokenization {
namespace {

std::string replace(std::string_view text, const EachMatch& each_match, const std::string& content) {
  std::string result;
  std::size_t done = 0;
  each_match(text, [&](std::size_t begin, std::size_t end) {
    result.append(text, done, begin - done).append(content);
    done = end;
  });
  return result.append(text, done);
}

}  // namespace

Normalizer replace_normalizer(const Field& field) {
  return [each_match = read_pattern(field.at("pattern")), content = field.at("content").text()](
             std::string_view text) { return replace(text, each_match, content); };
}

Decoder replace_decoder(const Field& field) {
  return [each_match = read_pattern(field.at("pattern")),
          content = field.at("content").text()](std::vector<std::string> tokens) {
    for (std::string& token : tokens) token = replace(token, each_match, content);
    return tokens;
  };
}

}  // namespace tsugi::eval::tokenization
