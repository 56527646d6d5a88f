// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/normal_form.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

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

}  // namespace

std::string normal_form(std::string_view text, NormalForm form) {
  utf8proc_uint8_t* result = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t length =
      utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &result,
                   static_cast<utf8proc_option_t>(options_of(form) | UTF8PROC_STABLE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
  if (length < 0) throw std::bad_alloc();  // the text is UTF-8, so memory is all that can be missing
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(length)};
}

}  // namespace tsugi::eval::unicode
