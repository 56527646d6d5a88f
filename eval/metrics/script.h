// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which writing system the letters of a text are of.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tsugi::eval {

enum class Script {
  latin,
  cyrillic,
  greek,
  hebrew,
  arabic,
  devanagari,
  bengali,
  gurmukhi,
  gujarati,
  oriya,
  tamil,
  telugu,
  kannada,
  malayalam,
  sinhala,
  thai,
  lao,
  myanmar,
  georgian,
  ethiopic,
  khmer,
  armenian,
  hangul,
  kana,
  han,
  other,
};
constexpr std::size_t kScripts = static_cast<std::size_t>(Script::other) + 1;

/// Letters of a text by script.
struct LetterCounts {
  std::array<std::size_t, kScripts> of{};
  std::size_t all = 0;

  std::size_t operator[](Script script) const { return of[static_cast<std::size_t>(script)]; }
};

/// Counts code points of general category L. Bytes that are not UTF-8 are passed over.
LetterCounts count_letters(std::string_view text);

}  // namespace tsugi::eval
