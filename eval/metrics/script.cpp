// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/metrics/script.h"

#include <algorithm>
#include <iterator>

#include "eval/tokenizer/unicode.h"

namespace tsugi::eval {
namespace {

struct Block {
  char32_t first;
  char32_t last;
  Script script;
};

// Blocks of the Unicode standard, by position. Inside a block only letters are counted, so its symbols do not
// matter.
constexpr Block kBlocks[] = {
    {0x0041, 0x02AF, Script::latin},      {0x0370, 0x03FF, Script::greek},
    {0x0400, 0x052F, Script::cyrillic},   {0x0530, 0x058F, Script::armenian},
    {0x0590, 0x05FF, Script::hebrew},     {0x0600, 0x06FF, Script::arabic},
    {0x0750, 0x077F, Script::arabic},     {0x0870, 0x08FF, Script::arabic},
    {0x0900, 0x097F, Script::devanagari}, {0x0980, 0x09FF, Script::bengali},
    {0x0A00, 0x0A7F, Script::gurmukhi},   {0x0A80, 0x0AFF, Script::gujarati},
    {0x0B00, 0x0B7F, Script::oriya},      {0x0B80, 0x0BFF, Script::tamil},
    {0x0C00, 0x0C7F, Script::telugu},     {0x0C80, 0x0CFF, Script::kannada},
    {0x0D00, 0x0D7F, Script::malayalam},  {0x0D80, 0x0DFF, Script::sinhala},
    {0x0E00, 0x0E7F, Script::thai},       {0x0E80, 0x0EFF, Script::lao},
    {0x1000, 0x109F, Script::myanmar},    {0x10A0, 0x10FF, Script::georgian},
    {0x1100, 0x11FF, Script::hangul},     {0x1200, 0x139F, Script::ethiopic},
    {0x1780, 0x17FF, Script::khmer},      {0x1C80, 0x1C8F, Script::cyrillic},
    {0x1C90, 0x1CBF, Script::georgian},   {0x1E00, 0x1EFF, Script::latin},
    {0x1F00, 0x1FFF, Script::greek},      {0x2C60, 0x2C7F, Script::latin},
    {0x2D00, 0x2D2F, Script::georgian},   {0x2D80, 0x2DDF, Script::ethiopic},
    {0x3005, 0x3006, Script::han},        {0x3031, 0x3035, Script::kana},
    {0x303B, 0x303B, Script::han},        {0x3040, 0x30FF, Script::kana},
    {0x3130, 0x318F, Script::hangul},     {0x31F0, 0x31FF, Script::kana},
    {0x3400, 0x4DBF, Script::han},        {0x4E00, 0x9FFF, Script::han},
    {0xA640, 0xA69F, Script::cyrillic},   {0xA720, 0xA7FF, Script::latin},
    {0xA960, 0xA97F, Script::hangul},     {0xAB30, 0xAB6F, Script::latin},
    {0xAC00, 0xD7FF, Script::hangul},     {0xF900, 0xFAFF, Script::han},
    {0xFB00, 0xFB06, Script::latin},      {0xFB13, 0xFB17, Script::armenian},
    {0xFB1D, 0xFB4F, Script::hebrew},     {0xFB50, 0xFDFF, Script::arabic},
    {0xFE70, 0xFEFC, Script::arabic},     {0xFF21, 0xFF5A, Script::latin},
    {0xFF66, 0xFF9F, Script::kana},       {0xFFA0, 0xFFDC, Script::hangul},
    {0x1AFF0, 0x1B16F, Script::kana},     {0x20000, 0x323AF, Script::han},
};

Script script_of(char32_t letter) {
  const Block* const after = std::upper_bound(std::begin(kBlocks), std::end(kBlocks), letter,
                                              [](char32_t c, const Block& block) { return c < block.first; });
  if (after == std::begin(kBlocks)) return Script::other;
  const Block& block = *std::prev(after);
  return letter <= block.last ? block.script : Script::other;
}

}  // namespace

LetterCounts count_letters(std::string_view text) {
  LetterCounts counts;
  for (std::size_t at = 0; at < text.size();) {
    const unicode::Utf8Part part = unicode::utf8_part(text, at);
    if (part.valid) {
      const char32_t letter = unicode::code_point_at(text, at).value;
      if (unicode::is_letter(letter)) {
        ++counts.of[static_cast<std::size_t>(script_of(letter))];
        ++counts.all;
      }
    }
    at += part.length;
  }
  return counts;
}

}  // namespace tsugi::eval
