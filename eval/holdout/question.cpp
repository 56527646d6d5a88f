// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Questions as the split compares them.
#include <fmt/format.h>
#include <utf8proc.h>

#include "eval/holdout/split.h"
#include "eval/tokenizer/normal_form.h"
#include "eval/tokenizer/unicode.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

std::string nfkc(std::string_view text) {
  return unicode::normal_form(text, unicode::NormalForm::nfkc);
}

/// Each code point in lower case, white space as single blanks between words.
std::string lower_and_trim(std::string_view text) {
  std::string result;
  bool blank = false;
  for (std::size_t at = 0; at < text.size();) {
    const unicode::CodePoint here = unicode::code_point_at(text, at);
    at += here.length;
    if (unicode::is_space(here.value)) {
      blank = true;
      continue;
    }
    if (blank && !result.empty()) result.push_back(' ');
    blank = false;
    const utf8proc_int32_t lower = utf8proc_tolower(static_cast<utf8proc_int32_t>(here.value));
    unicode::append_utf8(result, static_cast<char32_t>(lower));
  }
  return result;
}

}  // namespace

std::string normalise_question(std::string_view text) {
  if (const std::optional<std::size_t> at = unicode::first_invalid_utf8(text)) {
    throw InputError("question", fmt::format("byte {} is not UTF-8", *at), "save the items as UTF-8");
  }
  return nfkc(
      lower_and_trim(nfkc(text)));  // twice: a lower-case letter may compose where its capital did not
}

}  // namespace tsugi::eval
