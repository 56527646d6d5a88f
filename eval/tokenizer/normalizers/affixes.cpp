// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Prepend: a text before every text that is not empty; Strip: white space at the ends goes.
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

std::string_view strip(std::string_view text, bool left, bool right) {
  while (left && !text.empty()) {
    const unicode::CodePoint first = unicode::code_point_at(text, 0);
    if (!unicode::is_space(first.value)) break;
    text.remove_prefix(first.length);
  }
  while (right && !text.empty()) {
    const unicode::CodePoint last = unicode::code_point_before(text, text.size());
    if (!unicode::is_space(last.value)) break;
    text.remove_suffix(last.length);
  }
  return text;
}

}  // namespace

Normalizer prepend_normalizer(const Field& field) {
  return [prefix = field.at("prepend").text()](std::string_view text) {
    return text.empty() ? std::string() : prefix + std::string(text);
  };
}

Normalizer strip_normalizer(const Field& field) {
  const bool left = field.at("strip_left").boolean();
  const bool right = field.at("strip_right").boolean();
  return [=](std::string_view text) { return std::string(strip(text, left, right)); };
}

}  // namespace tsugi::eval::tokenization
