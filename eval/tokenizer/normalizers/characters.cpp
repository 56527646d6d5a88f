// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Normalizers that look at one character at a time: Lowercase, StripAccents, Nmt, ByteLevel.
#include "eval/tokenizer/byte_alphabet.h"
#include "eval/tokenizer/category.h"
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/normalizers/each_code_point.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

// Appends to the result what becomes of each code point.
Normalizer normalizer_of(void (*append)(std::string& result, char32_t c)) {
  return [append](std::string_view text) { return each_code_point(text, append); };
}

void append_unless_mark(std::string& result, char32_t c) {
  if ((unicode::text_classes(c) & unicode::kMark) == 0) unicode::append_utf8(result, c);
}

// SentencePiece's nmt_nfkc as tokenizers has it (normalizers/unicode.rs): control characters go, other white
// space and invisible characters become spaces.
void append_nmt(std::string& result, char32_t c) {
  const auto within = [c](char32_t low, char32_t high) { return low <= c && c <= high; };
  if (within(0x1, 0x8) || c == 0xB || within(0xE, 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F) return;
  const bool space = c == 0x9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 || within(0x200B, 0x200F) ||
                     c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
  unicode::append_utf8(result, space ? U' ' : c);
}

}  // namespace

Normalizer lowercase_normalizer(const Field&) {
  return normalizer_of(unicode::append_lower);
}
Normalizer strip_accents_normalizer(const Field&) {
  return normalizer_of(append_unless_mark);
}
Normalizer nmt_normalizer(const Field&) {
  return normalizer_of(append_nmt);
}
Normalizer byte_level_normalizer(const Field&) {
  return [](std::string_view text) {
    std::string result;
    for (const char byte : text)
      unicode::append_utf8(result, kByteAlphabet[static_cast<unsigned char>(byte)]);
    return result;
  };
}

}  // namespace tsugi::eval::tokenization
