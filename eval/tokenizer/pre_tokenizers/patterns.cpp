// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/pre_tokenizers/patterns.h"

#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

using unicode::classes;
using unicode::code_point_at;
using unicode::CodePoint;
using unicode::kLetter;
using unicode::kNumber;
using unicode::kSpace;

constexpr char32_t kLongS = 0x17F;  // folds to s, the only letter of the contractions that has such a partner

bool is_newline(char32_t c) {
  return c == '\r' || c == '\n';
}
bool is_letter(char32_t c) {
  return (classes(c) & kLetter) != 0;
}
bool is_number(char32_t c) {
  return (classes(c) & kNumber) != 0;
}
bool is_space(char32_t c) {
  return (classes(c) & kSpace) != 0;
}
bool is_symbol(char32_t c) {
  return (classes(c) & (kLetter | kNumber | kSpace)) == 0;
}

/// End of the run of code points that satisfy `belongs`, of at most `most` code points.
template <class Belongs>
std::size_t run_end(std::string_view text, std::size_t at, Belongs belongs,
                    std::size_t most = ~std::size_t{0}) {
  for (std::size_t count = 0; at < text.size() && count < most; ++count) {
    const CodePoint here = code_point_at(text, at);
    if (!belongs(here.value)) break;
    at += here.length;
  }
  return at;
}

enum class Case { exact, folded };

/// The letter of a contraction at `at`, lower-case when `folding`, and how many bytes it takes.
CodePoint contraction_letter(std::string_view text, std::size_t at, Case folding) {
  if (at >= text.size()) return {0, 0};
  CodePoint here = code_point_at(text, at);
  if (folding == Case::exact) return here;
  if (here.value == kLongS) return {'s', here.length};
  if (here.value >= 'A' && here.value <= 'Z') here.value += 'a' - 'A';
  return here;
}

/// End of one of 's 't 're 've 'm 'll 'd at `begin`, or `begin`.
std::size_t contraction_end(std::string_view text, std::size_t begin, Case folding) {
  if (text[begin] != '\'') return begin;
  const CodePoint first = contraction_letter(text, begin + 1, folding);
  const std::size_t second_at = begin + 1 + first.length;
  switch (first.value) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return second_at;
    case 'r':
    case 'v':
    case 'l': {
      const CodePoint second = contraction_letter(text, second_at, folding);
      const char32_t wanted = first.value == 'l' ? 'l' : 'e';
      return second.value == wanted ? second_at + second.length : begin;
    }
    default:
      return begin;
  }
}

/// \s+(?!\S)|\s+ at a white-space character: a run before other text leaves its last character to the next
/// piece.
std::size_t white_space_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  std::size_t last = begin;
  while (end < text.size()) {
    const CodePoint here = code_point_at(text, end);
    if (!is_space(here.value)) break;
    last = end;
    end += here.length;
  }
  return end == text.size() || last == begin ? end : last;
}

/// \s*[\r\n]+ at a white-space character: to the last newline of the run; `begin` when it has none.
std::size_t newline_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  for (std::size_t at = begin; at < text.size();) {
    const CodePoint here = code_point_at(text, at);
    if (!is_space(here.value)) break;
    at += here.length;
    if (is_newline(here.value)) end = at;
  }
  return end;
}

std::size_t scan_llama(std::string_view text, std::size_t begin, std::size_t digits) {
  if (const std::size_t end = contraction_end(text, begin, Case::folded); end != begin) return end;
  const CodePoint first = code_point_at(text, begin);
  if (is_letter(first.value)) return run_end(text, begin, is_letter);
  if (is_number(first.value)) return run_end(text, begin, is_number, digits);
  const std::size_t second = begin + first.length;
  if (!is_newline(first.value)) {  // one character of any other kind leads a word
    if (const std::size_t end = run_end(text, second, is_letter); end != second) return end;
  }
  const std::size_t symbols = first.value == ' ' ? second : begin;
  if (const std::size_t end = run_end(text, symbols, is_symbol); end != symbols)
    return run_end(text, end, is_newline);
  if (const std::size_t end = newline_end(text, begin); end != begin) return end;
  return white_space_end(text, begin);
}

}  // namespace

std::size_t scan_gpt2(std::string_view text, std::size_t begin) {
  if (const std::size_t end = contraction_end(text, begin, Case::exact); end != begin) return end;
  const std::size_t at = text[begin] == ' ' ? begin + 1 : begin;
  if (at < text.size()) {
    const CodePoint first = code_point_at(text, at);
    if (is_letter(first.value)) return run_end(text, at, is_letter);
    if (is_number(first.value)) return run_end(text, at, is_number);
    if (!is_space(first.value)) return run_end(text, at, is_symbol);
  }
  return white_space_end(text, begin);
}

std::size_t scan_llama3(std::string_view text, std::size_t begin) {
  return scan_llama(text, begin, 3);
}

std::size_t scan_qwen2(std::string_view text, std::size_t begin) {
  return scan_llama(text, begin, 1);
}

Scanner find_scanner(std::string_view regex) {
  struct Row {
    std::string_view regex;
    Scanner scan;
  };
  static constexpr Row kRows[] = {
      {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", scan_gpt2},
      {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
       R"(|\s*[\r\n]+|\s+(?!\S)|\s+)",
       scan_llama3},
      {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
       R"(|\s*[\r\n]+|\s+(?!\S)|\s+)",
       scan_qwen2},
  };
  for (const Row& row : kRows) {
    if (row.regex == regex) return row.scan;
  }
  return nullptr;
}

}  // namespace tsugi::eval::tokenization
