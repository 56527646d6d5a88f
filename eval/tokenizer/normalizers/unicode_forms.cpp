// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// NFC, NFD, NFKC, NFKD.
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/normal_form.h"

namespace tsugi::eval::tokenization {
namespace {

Normalizer normalizer_of(unicode::NormalForm form) {
  return [form](std::string_view text) { return unicode::normal_form(text, form); };
}

}  // namespace

Normalizer nfc_normalizer(const Field&) {
  return normalizer_of(unicode::NormalForm::nfc);
}
Normalizer nfd_normalizer(const Field&) {
  return normalizer_of(unicode::NormalForm::nfd);
}
Normalizer nfkc_normalizer(const Field&) {
  return normalizer_of(unicode::NormalForm::nfkc);
}
Normalizer nfkd_normalizer(const Field&) {
  return normalizer_of(unicode::NormalForm::nfkd);
}

}  // namespace tsugi::eval::tokenization
