// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/normal_form.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "eval/tokenizer/category.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::unicode {
namespace {

int options_of(NormalForm form) {
  switch (form) {
    case NormalForm::nfc:
      return UTF8PROC_COMPOSE;
    case NormalForm::nfd:
      return UTF8PROC_DECOMPOSE;
    case NormalForm::nfkc:
      return UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    case NormalForm::nfkd:
      break;
  }
  return UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT;
}

std::string known_normal_form(std::string_view text, NormalForm form) {
  utf8proc_uint8_t* result = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t length =
      utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &result,
                   static_cast<utf8proc_option_t>(options_of(form) | UTF8PROC_STABLE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
  if (length < 0) throw std::bad_alloc();  // the text is UTF-8, so memory is all that can be missing
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(length)};
}

}  // namespace

std::string normal_form(std::string_view text, NormalForm form) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint here = code_point_at(text, at);
    if ((text_classes(here.value) & kNoNormalForm) != 0) {
      result += known_normal_form(text.substr(done, at - done), form);
      result += text.substr(at, here.length);
      done = at + here.length;
    }
    at += here.length;
  }
  return done == 0 ? known_normal_form(text, form) : result += known_normal_form(text.substr(done), form);
}

}  // namespace tsugi::eval::unicode
