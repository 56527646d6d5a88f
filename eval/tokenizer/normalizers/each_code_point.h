// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What normalizers of single characters share.
#pragma once

#include <string>
#include <string_view>

#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {

/// `append(result, code_point)` for every code point of `text`, in order.
template <class Append>
std::string each_code_point(std::string_view text, Append append) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const unicode::CodePoint here = unicode::code_point_at(text, at);
    append(result, here.value);
    at += here.length;
  }
  return result;
}

}  // namespace tsugi::eval::tokenization
