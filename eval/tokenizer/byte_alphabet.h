// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The 256 characters that stand for bytes in byte-level vocabularies (GPT-2's bytes_to_unicode).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace tsugi::eval::tokenization {

/// One past the largest character of the alphabet: 68 bytes that are no visible Latin-1 character move to
/// U+0100 upward.
constexpr char32_t kByteAlphabetEnd = 0x100 + 68;

/// Bytes that stand for themselves: 0x21-0x7E, 0xA1-0xAC, 0xAE-0xFF.
constexpr bool stands_for_itself(std::uint32_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

/// [byte] -> character.
constexpr std::array<char32_t, 256> kByteAlphabet = [] {
  std::array<char32_t, 256> alphabet{};
  char32_t moved = 0x100;
  for (std::uint32_t byte = 0; byte < 256; ++byte) alphabet[byte] = stands_for_itself(byte) ? byte : moved++;
  return alphabet;
}();

/// The byte a character stands for, or nothing.
constexpr std::optional<std::uint8_t> byte_of(char32_t character) {
  if (character < 0x100) {
    return stands_for_itself(character) ? std::optional(static_cast<std::uint8_t>(character)) : std::nullopt;
  }
  if (character >= kByteAlphabetEnd) return std::nullopt;
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    if (kByteAlphabet[byte] == character) return static_cast<std::uint8_t>(byte);
  }
  return std::nullopt;
}

}  // namespace tsugi::eval::tokenization
